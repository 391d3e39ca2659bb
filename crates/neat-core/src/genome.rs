//! The genome: what evolves. Genes only; `compile` makes the network that runs.

use crate::validate::{Valid, validate};
use crate::{Activation, Error, Network, Plan, Tier};

/// The part a node plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum NodeKind {
    /// Takes a number from outside.
    Input = 0,
    /// Its value is an output of the network.
    Output = 1,
    /// Neither.
    Hidden = 2,
}

impl NodeKind {
    /// The kind of this number in the packed layout, if there is one.
    pub fn from_index(index: u32) -> Option<Self> {
        [Self::Input, Self::Output, Self::Hidden]
            .get(index as usize)
            .copied()
    }

    /// The name in the JSON format.
    pub fn name(self) -> &'static str {
        ["input", "output", "hidden"][self as usize]
    }
}

/// A node of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeGene {
    /// Unique in the genome.
    pub id: u32,
    /// Input, output or hidden.
    pub kind: NodeKind,
    /// Applied to bias + sum; identity for inputs.
    pub activation: Activation,
    /// Finite; 0 for inputs.
    pub bias: f32,
}

/// A connection between two nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConnectionGene {
    /// Unique in the genome: the historical marking.
    pub innovation: u32,
    /// Id of the source node.
    pub from: u32,
    /// Id of the target node, no input.
    pub to: u32,
    /// Disabled connections stay in the genome and carry nothing.
    pub enabled: bool,
    /// Finite.
    pub weight: f32,
}

/// Nodes and connections, valid by construction (a feed-forward genome may
/// still have a cycle, which compiling finds).
#[derive(Clone, Debug, PartialEq)]
pub struct Genome {
    nodes: Vec<NodeGene>,
    connections: Vec<ConnectionGene>,
    recurrent: bool,
    input_size: usize,
    output_size: usize,
    /// Positions in `nodes` of each connection's source and target.
    ends: Vec<[u32; 2]>,
}

impl Genome {
    /// A genome of these genes. Inputs and outputs keep their order in `nodes`.
    ///
    /// # Errors
    /// Duplicate ids or innovation numbers, connections of unknown nodes or into
    /// inputs, numbers that are not finite, inputs with a bias or an activation,
    /// no input or no output.
    pub fn new(
        nodes: Vec<NodeGene>,
        connections: Vec<ConnectionGene>,
        recurrent: bool,
    ) -> Result<Self, Error> {
        let Valid {
            input_size,
            output_size,
            ends,
        } = validate(&nodes, &connections)?;
        Ok(Self {
            nodes,
            connections,
            recurrent,
            input_size,
            output_size,
            ends,
        })
    }

    /// Nodes in the order they were given.
    pub fn nodes(&self) -> &[NodeGene] {
        &self.nodes
    }

    /// Connections in the order they were given.
    pub fn connections(&self) -> &[ConnectionGene] {
        &self.connections
    }

    /// Positions of each connection's source and target.
    pub(crate) fn ends(&self) -> &[[u32; 2]] {
        &self.ends
    }

    /// Whether the genome is marked recurrent.
    pub fn recurrent(&self) -> bool {
        self.recurrent
    }

    /// Numbers in an input row.
    pub fn input_size(&self) -> usize {
        self.input_size
    }

    /// Numbers in an output row.
    pub fn output_size(&self) -> usize {
        self.output_size
    }

    /// The order in which the feed-forward network computes its nodes; a genome
    /// marked recurrent is taken like any other.
    ///
    /// # Errors
    /// [`Error::Cycle`].
    pub fn plan(&self) -> Result<Plan, Error> {
        Plan::of(self)
    }

    /// The feed-forward network that runs; `compile_recurrent` makes one that
    /// takes cycles.
    ///
    /// # Errors
    /// As [`Genome::plan`].
    pub fn compile(&self) -> Result<Network, Error> {
        Ok(Network::new(&self.plan()?))
    }

    /// The network for one instruction set, whatever the process has chosen: for
    /// tests and measurements.
    ///
    /// # Errors
    /// As [`Genome::plan`], and [`Error::SimdUnavailable`].
    pub fn compile_for(&self, tier: Tier) -> Result<Network, Error> {
        Network::for_tier(&self.plan()?, tier)
    }

    /// Compiles, computes one row and checks it: for trying things out. Compile
    /// once and keep the [`Network`] where speed counts. A genome marked recurrent
    /// takes its first step.
    ///
    /// # Errors
    /// As [`Genome::plan`]; a wrong length; an input or output that is NaN or
    /// infinite.
    pub fn feed_forward(&self, inputs: &[f32]) -> Result<Vec<f32>, Error> {
        if inputs.len() != self.input_size {
            return Err(Error::InputLength {
                expected: self.input_size,
                came: inputs.len(),
            });
        }
        if let Some((index, value)) = first_not_finite(inputs) {
            return Err(Error::InputNotFinite { index, value });
        }
        let mut outputs = vec![0.0; self.output_size];
        if self.recurrent {
            let network = self.compile_recurrent();
            let mut state = vec![0.0; network.state_size()];
            network.step(inputs, &mut state, &mut outputs);
        } else {
            self.compile()?.feed_forward(inputs, &mut outputs);
        }
        match first_not_finite(&outputs) {
            Some((index, value)) => Err(Error::OutputNotFinite { index, value }),
            None => Ok(outputs),
        }
    }
}

fn first_not_finite(values: &[f32]) -> Option<(usize, f32)> {
    let index = values.iter().position(|value| !value.is_finite())?;
    Some((index, values[index]))
}
