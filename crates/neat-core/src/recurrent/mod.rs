//! Recurrent networks: any graph, its state kept from step to step.
//!
//! At each step every node reads the values that its sources had one step before
//! (inputs: this step's). So the next state depends on nothing but the inputs and
//! the state: a step is a feed-forward network of one depth from the two to the
//! next state, and runs on the same kernels, to the same bits.
//!
//! A state holds the values of the outputs, in their order, and then those of
//! the hidden nodes from which an output can be reached, in their order in the
//! genome. It begins as zeros.

mod network;
mod population;
mod scratch;
mod step;

pub use network::RecurrentNetwork;
pub use population::RecurrentPopulation;
