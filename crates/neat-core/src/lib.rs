//! Genome, network and feed-forward kernels of neatron.
//!
//! A [`Genome`] is what evolves; a [`Network`] is what runs; compiling is the
//! step between them. A [`Population`] runs many different genomes in one call.
//! [`RecurrentNetwork`] and [`RecurrentPopulation`] are the same for graphs with
//! cycles, whose values live from one step to the next.
//!
//! ```
//! use neat_core::Genome;
//!
//! let genome = Genome::random();
//! let inputs = vec![0.5; genome.input_size()];
//! let outputs = genome.feed_forward(&inputs)?;
//! assert_eq!(outputs.len(), genome.output_size());
//! # Ok::<(), neat_core::Error>(())
//! ```

mod activation;
mod compiler;
mod error;
mod genome;
mod json;
mod kernel;
mod members;
mod network;
mod one_row_each;
mod packed;
mod plan;
mod planner;
mod population;
mod random;
mod recurrent;
mod topology;
mod validate;

pub use activation::Activation;
pub use error::Error;
pub use genome::{ConnectionGene, Genome, NodeGene, NodeKind};
pub use kernel::tier::{Tier, simd};
pub use network::Network;
pub use plan::Plan;
pub use population::{Population, PopulationError};
pub use random::RandomGenome;
pub use recurrent::{RecurrentNetwork, RecurrentPopulation};
