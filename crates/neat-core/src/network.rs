//! A compiled network.

use std::cell::RefCell;

use crate::kernel::activate::{shaped, slope};
use crate::kernel::scalar::Scalar;
use crate::{Activation, Plan};

/// A feed-forward network, ready to run. Immutable: share it between threads.
#[derive(Clone, Debug)]
pub struct Network {
    input_size: usize,
    nodes: Vec<Node>,
    row_offsets: Vec<u32>,
    edges: Vec<Edge>,
    output_slots: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// Times the activation's slope.
    bias: f32,
    activation: Activation,
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    source: u32,
    /// Times the slope of the target's activation.
    weight: f32,
}

thread_local! {
    static VALUES: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// The product with an activation's slope, kept finite: infinity times an input
/// of 0 would be NaN.
fn folded(weight: f32, slope: f32) -> f32 {
    (weight * slope).clamp(f32::MIN, f32::MAX)
}

impl Network {
    /// The network that computes a plan.
    pub fn new(plan: &Plan) -> Self {
        let nodes = plan
            .activations
            .iter()
            .zip(&plan.biases)
            // Adding 0 turns -0 into +0, so no sum is ever -0.
            .map(|(&activation, &bias)| Node {
                bias: folded(bias, slope(activation)) + 0.0,
                activation,
            })
            .collect();
        let mut edges = Vec::with_capacity(plan.sources.len());
        for (node, bounds) in plan.row_offsets.windows(2).enumerate() {
            let slope = slope(plan.activations[node]);
            for at in bounds[0] as usize..bounds[1] as usize {
                edges.push(Edge {
                    source: plan.sources[at],
                    weight: folded(plan.weights[at], slope),
                });
            }
        }
        Self {
            input_size: plan.input_size,
            nodes,
            row_offsets: plan.row_offsets.clone(),
            edges,
            output_slots: plan.output_slots.clone(),
        }
    }

    /// Numbers in an input row.
    pub fn input_size(&self) -> usize {
        self.input_size
    }

    /// Numbers in an output row.
    pub fn output_size(&self) -> usize {
        self.output_slots.len()
    }

    /// Bytes that the network occupies.
    pub fn byte_len(&self) -> usize {
        size_of::<Self>()
            + self.nodes.capacity() * size_of::<Node>()
            + self.row_offsets.capacity() * size_of::<u32>()
            + self.edges.capacity() * size_of::<Edge>()
            + self.output_slots.capacity() * size_of::<u32>()
    }

    /// Computes one row. Does not look for NaN or infinity.
    ///
    /// # Panics
    /// If a slice has not `input_size` or `output_size` numbers.
    pub fn feed_forward(&self, inputs: &[f32], outputs: &mut [f32]) {
        self.feed_forward_batch(inputs, outputs, 1);
    }

    /// Computes rows: `inputs` is row-major rows x `input_size`, `outputs`
    /// rows x `output_size`. Each row has the bits that
    /// [`Network::feed_forward`] gives. Does not look for NaN or infinity.
    ///
    /// # Panics
    /// If a slice has the wrong length.
    pub fn feed_forward_batch(&self, inputs: &[f32], outputs: &mut [f32], rows: usize) {
        assert_eq!(Some(inputs.len()), rows.checked_mul(self.input_size));
        assert_eq!(Some(outputs.len()), rows.checked_mul(self.output_size()));
        VALUES.with_borrow_mut(|values| {
            values.resize(self.input_size + self.nodes.len(), 0.0);
            let inputs = inputs.chunks_exact(self.input_size);
            let outputs = outputs.chunks_exact_mut(self.output_slots.len());
            for (inputs, outputs) in inputs.zip(outputs) {
                self.row(values, inputs, outputs);
            }
        });
    }

    fn row(&self, values: &mut [f32], inputs: &[f32], outputs: &mut [f32]) {
        values[..self.input_size].copy_from_slice(inputs);
        for (at, node) in self.nodes.iter().enumerate() {
            let edges = self.row_offsets[at] as usize..self.row_offsets[at + 1] as usize;
            let mut sum = node.bias;
            for edge in &self.edges[edges] {
                sum += edge.weight * values[edge.source as usize];
            }
            values[self.input_size + at] = shaped(Scalar, node.activation, sum);
        }
        for (output, &slot) in outputs.iter_mut().zip(&self.output_slots) {
            *output = values[slot as usize];
        }
    }
}
