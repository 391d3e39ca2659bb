//! Options of a random genome.

use napi_derive::napi;
use neat_core::{Activation, Genome, RandomGenome};

use crate::failure::{Failure, Result};

/// What a random genome looks like; src/genome/random-genome.ts has checked the ranges.
#[napi(object, object_to_js = false)]
pub struct RandomOptions {
    /// Input nodes.
    pub inputs: u32,
    /// Output nodes.
    pub outputs: u32,
    /// Hidden nodes.
    pub hidden: u32,
    /// Connections.
    pub connections: u32,
    /// Numbers of the activations to draw from; none for every activation but `step`.
    pub activations: Vec<u32>,
    /// The same seed gives the same genome.
    pub seed: i64,
}

impl RandomOptions {
    /// The random genome of these options.
    pub fn genome(&self) -> Result<Genome> {
        let activations = self
            .activations
            .iter()
            .map(|&number| {
                Activation::from_index(number).ok_or_else(|| {
                    Failure::new(
                        "ARGUMENT_RANGE",
                        format!("{number} is no activation's number"),
                    )
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let options = RandomGenome {
            inputs: self.inputs as usize,
            outputs: self.outputs as usize,
            hidden: self.hidden as usize,
            connections: self.connections as usize,
            activations,
        };
        Ok(Genome::random_with(&options, self.seed as u64))
    }
}
