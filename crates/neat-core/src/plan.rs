//! The compiled order of a feed-forward genome, before any layout for speed.

use crate::topology::{Incoming, Topology, UNNEEDED};
use crate::{Activation, Error, Genome, NodeKind};

/// What to compute, in which order: for kernels and exporters.
///
/// Values live in slots: the inputs first, in their order, then the computed
/// nodes by depth (within a depth by activation, then by their order in the
/// genome). Computed node m has slot `input_size + m`. Only nodes from which an
/// output can be reached are here, and only enabled connections between them.
#[derive(Clone, Debug, PartialEq)]
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
        let topology = Topology::of(genome)?;
        let nodes = genome.nodes();
        let order = computed_order(genome, &topology.depths);
        let mut slots = vec![0; nodes.len()];
        let mut inputs = 0;
        for (slot, node) in slots.iter_mut().zip(nodes) {
            if node.kind == NodeKind::Input {
                *slot = inputs;
                inputs += 1;
            }
        }
        for (computed, &position) in (0..).zip(&order) {
            slots[position as usize] = inputs + computed;
        }
        let of = |position: &u32| &nodes[*position as usize];
        let (row_offsets, sources, weights) = rows(&topology, &order, &slots);
        Ok(Self {
            input_size: genome.input_size(),
            node_ids: order.iter().map(|at| of(at).id).collect(),
            activations: order.iter().map(|at| of(at).activation).collect(),
            biases: order.iter().map(|at| of(at).bias).collect(),
            depth_offsets: depth_offsets(&topology.depths, &order),
            row_offsets,
            sources,
            weights,
            output_slots: nodes
                .iter()
                .zip(&slots)
                .filter(|(node, _)| node.kind == NodeKind::Output)
                .map(|(_, slot)| *slot)
                .collect(),
        })
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

/// Positions of the nodes that need computing, by depth, activation, position.
fn computed_order(genome: &Genome, depths: &[u32]) -> Vec<u32> {
    // Depth, activation and position in one number each, for a fast sort.
    let mut keys: Vec<u128> = Vec::with_capacity(depths.len());
    for ((position, node), &depth) in (0u32..).zip(genome.nodes()).zip(depths) {
        if depth != UNNEEDED && node.kind != NodeKind::Input {
            keys.push(
                u128::from(depth) << 40 | (node.activation as u128) << 32 | u128::from(position),
            );
        }
    }
    keys.sort_unstable();
    keys.into_iter().map(|key| key as u32).collect()
}

fn depth_offsets(depths: &[u32], order: &[u32]) -> Vec<u32> {
    let mut offsets = vec![0];
    let mut current = 1;
    for (computed, &position) in (0..).zip(order) {
        if depths[position as usize] != current {
            current = depths[position as usize];
            offsets.push(computed);
        }
    }
    offsets.push(order.len() as u32);
    offsets
}

/// The rows of connections, sources ascending; connections between the same two
/// nodes keep their order. Two counting sorts, by source and then by target.
fn rows(topology: &Topology, order: &[u32], slots: &[u32]) -> (Vec<u32>, Vec<u32>, Vec<f32>) {
    let row = |position: u32| {
        let offsets = &topology.offsets[position as usize..];
        offsets[0] as usize..offsets[1] as usize
    };
    let mut row_offsets = Vec::with_capacity(order.len() + 1);
    let mut starts = vec![0u32; slots.len() + 1];
    let mut total = 0;
    row_offsets.push(0);
    for &position in order {
        let row = row(position);
        total += row.len() as u32;
        row_offsets.push(total);
        for edge in &topology.incoming[row] {
            starts[slots[edge.source as usize] as usize + 1] += 1;
        }
    }
    for slot in 1..starts.len() {
        starts[slot] += starts[slot - 1];
    }
    let mut by_source = vec![(0, Incoming::default()); total as usize];
    for (computed, &position) in (0u32..).zip(order) {
        for edge in &topology.incoming[row(position)] {
            let source = slots[edge.source as usize];
            let next = &mut starts[source as usize];
            by_source[*next as usize] = (computed, Incoming { source, ..*edge });
            *next += 1;
        }
    }
    let mut next = row_offsets.clone();
    let mut sources = vec![0; total as usize];
    let mut weights = vec![0.0; total as usize];
    for (computed, edge) in by_source {
        let next = &mut next[computed as usize];
        sources[*next as usize] = edge.source;
        weights[*next as usize] = edge.weight;
        *next += 1;
    }
    (row_offsets, sources, weights)
}
