//! The plain layout: for each node a row of connections, sources ascending.
//! Every other layout gives the bits that this one gives.

use super::activate::{shaped, slope};
use super::scalar::Scalar;
use crate::{Activation, Plan};

/// Nodes by depth, each with its row of connections. Every `source` lies before
/// its node and every output slot within [`Rows::slots`]; kernels rely on it.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    input_size: usize,
    nodes: Box<[Node]>,
    edges: Box<[Edge]>,
    output_slots: Box<[u32]>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Times the activation's slope; never -0.
    pub(crate) bias: f32,
    pub(crate) activation: Activation,
    /// One past the last of its edges; they begin where the node before ends.
    pub(crate) end: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) source: u32,
    /// Times the slope of the target's activation.
    pub(crate) weight: f32,
}

/// The product with an activation's slope, kept finite: infinity times an input
/// of 0 would be NaN.
fn folded(weight: f32, slope: f32) -> f32 {
    (weight * slope).clamp(f32::MIN, f32::MAX)
}

impl Rows {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut nodes = Vec::with_capacity(plan.computed());
        let mut edges = Vec::with_capacity(plan.sources.len());
        for (at, &activation) in plan.activations.iter().enumerate() {
            let slope = slope(activation);
            let end = plan.row_offsets[at + 1];
            nodes.push(Node {
                // Adding 0 turns -0 into +0; then no sum is ever -0, and adding a
                // product that is 0 changes no bit.
                bias: folded(plan.biases[at], slope) + 0.0,
                activation,
                end,
            });
            let row = plan.row_offsets[at] as usize..end as usize;
            let sources = &plan.sources[row.clone()];
            for (&source, &weight) in sources.iter().zip(&plan.weights[row]) {
                assert!((source as usize) < plan.input_size + at);
                let weight = folded(weight, slope);
                edges.push(Edge { source, weight });
            }
        }
        let slots = plan.input_size + nodes.len();
        assert!(
            plan.output_slots
                .iter()
                .all(|&slot| (slot as usize) < slots)
        );
        Self {
            input_size: plan.input_size,
            nodes: nodes.into(),
            edges: edges.into(),
            output_slots: plan.output_slots.as_slice().into(),
        }
    }

    #[inline]
    pub(crate) fn input_size(&self) -> usize {
        self.input_size
    }

    #[inline]
    pub(crate) fn slots(&self) -> usize {
        self.input_size + self.nodes.len()
    }

    #[inline]
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    #[inline]
    pub(crate) fn edges(&self) -> &[Edge] {
        &self.edges
    }

    #[inline]
    pub(crate) fn output_slots(&self) -> &[u32] {
        &self.output_slots
    }

    pub(crate) fn byte_len(&self) -> usize {
        size_of_val(&*self.nodes) + size_of_val(&*self.edges) + size_of_val(&*self.output_slots)
    }

    /// One row, node by node. `values` has room for [`Rows::slots`].
    pub(crate) fn feed_forward(&self, inputs: &[f32], outputs: &mut [f32], values: &mut [f32]) {
        assert!(values.len() >= self.slots());
        values[..self.input_size].copy_from_slice(inputs);
        let mut edges = self.edges.iter();
        let mut begin = 0;
        for (slot, node) in (self.input_size..).zip(&self.nodes) {
            let mut sum = node.bias;
            for edge in edges.by_ref().take((node.end - begin) as usize) {
                // SAFETY: `Rows::new` checked that the source lies before `slot`.
                sum += edge.weight * unsafe { values.get_unchecked(edge.source as usize) };
            }
            begin = node.end;
            values[slot] = shaped(Scalar, node.activation, sum);
        }
        for (output, &slot) in outputs.iter_mut().zip(&self.output_slots) {
            *output = values[slot as usize];
        }
    }
}
