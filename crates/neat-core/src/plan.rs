//! The compiled order of a feed-forward genome, before any layout for speed.

use crate::planner::{Planner, Wire};
use crate::topology::cycle;
use crate::{Activation, Error, Genome};

/// What to compute, in which order: for kernels and exporters.
///
/// Values live in slots: the inputs first, in their order, then the computed
/// nodes by depth (within a depth by activation, then by falling number of
/// connections, then by their order in the genome). Computed node m has slot `input_size + m`. Only nodes from which an
/// output can be reached are here, and only enabled connections between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Numbers in an input row.
    pub input_size: usize,
    /// Id of each computed node.
    pub node_ids: Vec<u32>,
    /// Activation of each computed node.
    pub activations: Vec<Activation>,
    /// Bias of each computed node.
    pub biases: Vec<f32>,
    /// Computed nodes `depth_offsets[d]..depth_offsets[d + 1]` have depth d + 1:
    /// all their sources lie at lower depths.
    pub depth_offsets: Vec<u32>,
    /// Connections `row_offsets[m]..row_offsets[m + 1]` end in computed node m.
    pub row_offsets: Vec<u32>,
    /// Slot of each connection's source, ascending within a node: the order of
    /// summation.
    pub sources: Vec<u32>,
    /// Weight of each connection.
    pub weights: Vec<f32>,
    /// Slot of each output.
    pub output_slots: Vec<u32>,
}

impl Plan {
    pub(crate) fn of(genome: &Genome) -> Result<Self, Error> {
        let genes = genome.connections().iter().zip(genome.ends());
        let wires: Vec<Wire> = genes
            .filter(|(gene, _)| gene.enabled)
            .map(|(gene, &[from, to])| {
                let weight = gene.weight;
                Wire { from, to, weight }
            })
            .collect();
        let mut planner = Planner::default();
        if planner.plan(genome.nodes(), &wires).is_none() {
            let nodes = cycle(genome);
            return Err(Error::Cycle { nodes });
        }
        Ok(planner.into_plan())
    }

    /// Nodes that need computing.
    pub fn computed(&self) -> usize {
        self.node_ids.len()
    }

    /// Slots: inputs and computed nodes.
    pub fn slots(&self) -> usize {
        self.input_size + self.computed()
    }
}
