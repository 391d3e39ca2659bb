//! The baseline: what one writes first. Compressed rows, one node after the
//! other, with the same activations.

use neat_core::{Activation, Genome, Plan};

pub struct Naive {
    plan: Plan,
    values: Vec<f32>,
}

impl Naive {
    pub fn new(genome: &Genome) -> Self {
        let plan = genome.plan().expect("measured genomes have no cycle");
        let values = vec![0.0; plan.slots()];
        Self { plan, values }
    }

    /// Connections that are computed.
    pub fn connections(&self) -> usize {
        self.plan.sources.len()
    }

    pub fn feed_forward(&mut self, inputs: &[f32], outputs: &mut [f32]) {
        let Self { plan, values } = self;
        values[..inputs.len()].copy_from_slice(inputs);
        for node in 0..plan.activations.len() {
            let mut sum = plan.biases[node];
            for at in plan.row_offsets[node]..plan.row_offsets[node + 1] {
                sum += plan.weights[at as usize] * values[plan.sources[at as usize] as usize];
            }
            values[plan.input_size + node] = apply(plan.activations[node], sum);
        }
        for (output, &slot) in outputs.iter_mut().zip(&plan.output_slots) {
            *output = values[slot as usize];
        }
    }
}

fn apply(activation: Activation, x: f32) -> f32 {
    activation.apply(x)
}
