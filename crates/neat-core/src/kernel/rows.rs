//! The plain layout: for each node a row of connections, sources ascending.
//! Every other layout gives the bits that this one gives.

use super::activate::slope;
use crate::{Activation, Plan};

/// Nodes by depth, each with its row of connections. Every source lies before
/// its node and every output slot within [`Rows::slots`]; kernels rely on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a> {
    input_size: usize,
    nodes: &'a [Node],
    edges: &'a [Edge],
    output_slots: &'a [u32],
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Times the activation's slope; never -0.
    pub(crate) bias: f32,
    pub(crate) activation: Activation,
    /// At the first node of a span: how many nodes there are from here on that have
    /// this activation and do not read each other, at most [`MOST_IN_SPAN`].
    pub(crate) span: u8,
    /// How many edges end here; they begin where those of the node before end.
    pub(crate) fan_in: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) source: u32,
    /// Times the slope of the target's activation.
    pub(crate) weight: f32,
}

/// Few enough for their sums to stay in the nearest cache until the activations
/// are computed.
const MOST_IN_SPAN: u8 = 8;

/// The product with an activation's slope, kept finite: infinity times an input
/// of 0 would be NaN.
fn folded(weight: f32, slope: f32) -> f32 {
    (weight * slope).clamp(f32::MIN, f32::MAX)
}

fn mark_spans(plan: &Plan, nodes: &mut [Node]) {
    let mut first = 0;
    for at in 1..nodes.len() {
        let row = plan.row_offsets[at] as usize..plan.row_offsets[at + 1] as usize;
        let last = plan.sources[row].last();
        let reads_span = last.is_some_and(|&slot| slot as usize >= plan.input_size + first);
        let Node {
            activation, span, ..
        } = nodes[first];
        if nodes[at].activation == activation && span < MOST_IN_SPAN && !reads_span {
            nodes[first].span += 1;
        } else {
            first = at;
        }
    }
}

/// The rows of any number of networks, one after the other in memory.
#[derive(Debug, Default)]
pub(crate) struct RowsArena {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    output_slots: Vec<u32>,
    networks: Vec<Extent>,
}

/// Where a network ends; it begins where the one before ends.
#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    input_size: usize,
    nodes: usize,
    edges: usize,
    output_slots: usize,
}

impl RowsArena {
    pub(crate) fn push(&mut self, plan: &Plan) {
        let first = self.nodes.len();
        for (at, &activation) in plan.activations.iter().enumerate() {
            let slope = slope(activation);
            let row = plan.row_offsets[at] as usize..plan.row_offsets[at + 1] as usize;
            self.nodes.push(Node {
                // Adding 0 turns -0 into +0; then no sum is ever -0, and adding a
                // product that is 0 changes no bit.
                bias: folded(plan.biases[at], slope) + 0.0,
                activation,
                span: 1,
                fan_in: row.len() as u32,
            });
            let sources = &plan.sources[row.clone()];
            for (&source, &weight) in sources.iter().zip(&plan.weights[row]) {
                assert!((source as usize) < plan.input_size + at);
                let weight = folded(weight, slope);
                self.edges.push(Edge { source, weight });
            }
        }
        mark_spans(plan, &mut self.nodes[first..]);
        let slots = plan.input_size + plan.activations.len();
        assert!(
            plan.output_slots
                .iter()
                .all(|&slot| (slot as usize) < slots)
        );
        self.output_slots.extend(&plan.output_slots);
        self.networks.push(Extent {
            input_size: plan.input_size,
            nodes: self.nodes.len(),
            edges: self.edges.len(),
            output_slots: self.output_slots.len(),
        });
    }

    /// Makes room at once for so many packed genomes of so many words together:
    /// a connection has five words, a node three, of which about a quarter of
    /// all words are. [`RowsArena::shrink`] gives the rest back.
    pub(crate) fn reserve(&mut self, networks: usize, words: usize) {
        self.networks.reserve(networks);
        self.nodes.reserve(words / 12);
        self.edges.reserve(words / 5);
    }

    /// Gives back what was reserved too much.
    pub(crate) fn shrink(&mut self) {
        self.nodes.shrink_to_fit();
        self.edges.shrink_to_fit();
        self.output_slots.shrink_to_fit();
        self.networks.shrink_to_fit();
    }

    pub(crate) fn len(&self) -> usize {
        self.networks.len()
    }

    #[inline]
    pub(crate) fn get(&self, index: usize) -> Rows<'_> {
        let end = self.networks[index];
        let begin = match index {
            0 => Extent::default(),
            _ => self.networks[index - 1],
        };
        Rows {
            input_size: end.input_size,
            nodes: &self.nodes[begin.nodes..end.nodes],
            edges: &self.edges[begin.edges..end.edges],
            output_slots: &self.output_slots[begin.output_slots..end.output_slots],
        }
    }

    pub(crate) fn edges(&self) -> usize {
        self.edges.len()
    }

    pub(crate) fn byte_len(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + self.edges.capacity() * size_of::<Edge>()
            + self.output_slots.capacity() * size_of::<u32>()
            + self.networks.capacity() * size_of::<Extent>()
    }
}

impl<'a> Rows<'a> {
    #[inline]
    pub(crate) fn input_size(&self) -> usize {
        self.input_size
    }

    #[inline]
    pub(crate) fn slots(&self) -> usize {
        self.input_size + self.nodes.len()
    }

    #[inline]
    pub(crate) fn nodes(&self) -> &'a [Node] {
        self.nodes
    }

    #[inline]
    pub(crate) fn edges(&self) -> &'a [Edge] {
        self.edges
    }

    #[inline]
    pub(crate) fn output_slots(&self) -> &'a [u32] {
        self.output_slots
    }

    /// Cost of a single row in this layout, by the measure of the other kernels
    /// (about processor cycles).
    pub(crate) fn cost(&self) -> usize {
        3 * self.edges.len() + 8 * self.nodes.len()
    }
}
