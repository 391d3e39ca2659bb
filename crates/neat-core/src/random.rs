//! Random genomes: for trying things out, tests and measurements.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use crate::{Activation, ConnectionGene, Genome, NodeGene, NodeKind};

/// What a random genome looks like. The default is 8 inputs, 20 hidden nodes,
/// 4 outputs, 120 connections and every activation but `step`.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomGenome {
    /// Input nodes; 0 counts as 1.
    pub inputs: usize,
    /// Output nodes; 0 counts as 1.
    pub outputs: usize,
    /// Hidden nodes.
    pub hidden: usize,
    /// Connections, disabled ones included. Raised to what joins every hidden
    /// node, lowered to what the nodes can hold without a cycle.
    pub connections: usize,
    /// Drawn from for hidden and output nodes; empty for every activation but
    /// `step`, whose jump makes comparisons between implementations difficult.
    pub activations: Vec<Activation>,
}

impl Default for RandomGenome {
    fn default() -> Self {
        Self {
            inputs: 8,
            outputs: 4,
            hidden: 20,
            connections: 120,
            activations: Vec::new(),
        }
    }
}

impl Genome {
    /// A random genome of the default shape, another one at each call.
    pub fn random() -> Self {
        let seed = RandomState::new().build_hasher().finish();
        Self::random_with(&RandomGenome::default(), seed)
    }

    /// A random feed-forward genome: the same for the same options and seed, on
    /// every machine. Weights are about normal with deviation 1, biases 0.5; a
    /// connection that is not needed to join a node is disabled once in 16 times.
    pub fn random_with(options: &RandomGenome, seed: u64) -> Self {
        let (nodes, connections) = Growth::new(options, seed).grow(options.connections);
        Self::new(nodes, connections, false)
            .unwrap_or_else(|error| unreachable!("grown to be valid: {error}"))
    }
}

/// Nodes are numbered inputs, outputs, hidden; hidden ones feed only later ones.
struct Growth {
    random: SplitMix,
    inputs: u32,
    outputs: u32,
    hidden: u32,
    nodes: Vec<NodeGene>,
    connections: Vec<ConnectionGene>,
    taken: HashSet<(u32, u32)>,
}

impl Growth {
    fn new(options: &RandomGenome, seed: u64) -> Self {
        let mut random = SplitMix(seed);
        let inputs = options.inputs.max(1) as u32;
        let outputs = options.outputs.max(1) as u32;
        let hidden = options.hidden as u32;
        let all_but_step = &Activation::ALL[..Activation::Step as usize];
        let activations = match options.activations.as_slice() {
            [] => all_but_step,
            chosen => chosen,
        };
        let nodes = (0..inputs + outputs + hidden)
            .map(|id| {
                if id < inputs {
                    return NodeGene {
                        id,
                        kind: NodeKind::Input,
                        activation: Activation::Identity,
                        bias: 0.0,
                    };
                }
                let output = id < inputs + outputs;
                NodeGene {
                    id,
                    kind: [NodeKind::Hidden, NodeKind::Output][usize::from(output)],
                    activation: activations[random.below(activations.len() as u32) as usize],
                    bias: random.normal() * 0.5,
                }
            })
            .collect();
        Self {
            random,
            inputs,
            outputs,
            hidden,
            nodes,
            connections: Vec::new(),
            taken: HashSet::new(),
        }
    }

    fn grow(mut self, connections: usize) -> (Vec<NodeGene>, Vec<ConnectionGene>) {
        let first_hidden = self.inputs + self.outputs;
        for rank in 0..self.hidden {
            let from = self.source(rank);
            self.connect(from, first_hidden + rank, true);
        }
        for rank in 0..self.hidden {
            let to = self.target(rank + 1);
            self.connect(first_hidden + rank, to, true);
        }
        for output in self.inputs..first_hidden {
            if !self.taken.iter().any(|pair| pair.1 == output) {
                let from = self.source(self.hidden);
                self.connect(from, output, true);
            }
        }
        let connections = connections.min(self.most());
        while self.connections.len() < connections {
            // Targets in proportion to how many sources each may have.
            let from = self.source(self.hidden);
            let to = self.target(from.saturating_sub(first_hidden - 1));
            let enabled = self.random.below(16) != 0;
            self.connect(from, to, enabled);
        }
        (self.nodes, self.connections)
    }

    /// How many connections there can be without a cycle.
    fn most(&self) -> usize {
        let (inputs, hidden) = (self.inputs as usize, self.hidden as usize);
        (inputs + hidden) * (hidden + self.outputs as usize) - hidden * (hidden + 1) / 2
    }

    /// An input or one of the first `ranks` hidden nodes.
    fn source(&mut self, ranks: u32) -> u32 {
        let drawn = self.random.below(self.inputs + ranks);
        if drawn < self.inputs {
            drawn
        } else {
            drawn + self.outputs
        }
    }

    /// An output or one of the hidden nodes from `rank` on.
    fn target(&mut self, rank: u32) -> u32 {
        let drawn = self.random.below(self.outputs + self.hidden - rank);
        let rank = if drawn < self.outputs { 0 } else { rank };
        self.inputs + drawn + rank
    }

    fn connect(&mut self, from: u32, to: u32, enabled: bool) {
        if self.taken.insert((from, to)) {
            self.connections.push(ConnectionGene {
                innovation: self.connections.len() as u32,
                from,
                to,
                enabled,
                weight: self.random.normal(),
            });
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform below `bound` (up to a bias of bound / 2^32).
    fn below(&mut self, bound: u32) -> u32 {
        (((self.next() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// About standard normal: the sum of twelve uniforms, which needs no
    /// function that differs between machines.
    fn normal(&mut self) -> f32 {
        let sum: f32 = (0..12)
            .map(|_| (self.next() >> 40) as f32 / 16_777_216.0)
            .sum();
        sum - 6.0
    }
}
