//! A compiled recurrent network.

use super::scratch::with_joined;
use super::step::Step;
use crate::{Error, Genome, Network, Tier};

/// Rows joined with their states at a time: few enough to stay in the cache.
const BLOCK: usize = 256;

/// A recurrent network, ready to run. It keeps no state of its own: callers hand
/// it in, so that one network serves any number of episodes. Share it between
/// threads.
#[derive(Debug)]
pub struct RecurrentNetwork {
    /// From inputs and state to the next state.
    step: Network,
    input_size: usize,
    output_size: usize,
    state_size: usize,
}

impl RecurrentNetwork {
    fn new(genome: &Genome, step: Network, state_size: usize) -> Self {
        Self {
            step,
            input_size: genome.input_size(),
            output_size: genome.output_size(),
            state_size,
        }
    }

    /// Numbers in an input row.
    #[inline]
    pub fn input_size(&self) -> usize {
        self.input_size
    }

    /// Numbers in an output row.
    #[inline]
    pub fn output_size(&self) -> usize {
        self.output_size
    }

    /// Numbers in a state: the values of the outputs, in their order, and then
    /// of the hidden nodes from which an output can be reached, in theirs.
    #[inline]
    pub fn state_size(&self) -> usize {
        self.state_size
    }

    /// Bytes that the network occupies, states not included.
    pub fn byte_len(&self) -> usize {
        size_of::<Self>() - size_of::<Network>() + self.step.byte_len()
    }

    /// Moves `state` on by one step and gives its outputs. A state begins as
    /// zeros. Does not look for NaN or infinity.
    ///
    /// # Panics
    /// If a slice has not `input_size`, `state_size` or `output_size` numbers.
    #[inline]
    pub fn step(&self, inputs: &[f32], state: &mut [f32], outputs: &mut [f32]) {
        assert_eq!(inputs.len(), self.input_size);
        assert_eq!(state.len(), self.state_size);
        assert_eq!(outputs.len(), self.output_size);
        with_joined(self.input_size + self.state_size, |joined| {
            joined[..self.input_size].copy_from_slice(inputs);
            joined[self.input_size..].copy_from_slice(state);
            self.step.feed_forward(joined, state);
        });
        outputs.copy_from_slice(&state[..self.output_size]);
    }

    /// Moves a state for each row on by one step: `inputs` is row-major rows x
    /// `input_size`, `states` rows x `state_size`, `outputs` rows x
    /// `output_size`. Each row has the bits that [`RecurrentNetwork::step`] gives.
    /// Does not look for NaN or infinity.
    ///
    /// # Panics
    /// If a slice has the wrong length.
    pub fn step_batch(&self, inputs: &[f32], states: &mut [f32], outputs: &mut [f32], rows: usize) {
        assert_eq!(Some(inputs.len()), rows.checked_mul(self.input_size));
        assert_eq!(Some(states.len()), rows.checked_mul(self.state_size));
        assert_eq!(Some(outputs.len()), rows.checked_mul(self.output_size));
        let width = self.input_size + self.state_size;
        with_joined(width * rows.min(BLOCK), |joined| {
            let blocks = inputs.chunks(self.input_size * BLOCK);
            let states = states.chunks_mut(self.state_size * BLOCK);
            let outputs = outputs.chunks_mut(self.output_size * BLOCK);
            for ((inputs, states), outputs) in blocks.zip(states).zip(outputs) {
                let rows = inputs.len() / self.input_size;
                let joined = &mut joined[..rows * width];
                let old = states.chunks_exact(self.state_size);
                let inputs = inputs.chunks_exact(self.input_size);
                for (joined, (inputs, old)) in joined.chunks_exact_mut(width).zip(inputs.zip(old)) {
                    joined[..self.input_size].copy_from_slice(inputs);
                    joined[self.input_size..].copy_from_slice(old);
                }
                self.step.feed_forward_batch(joined, states, rows);
                let new = states.chunks_exact(self.state_size);
                for (outputs, new) in outputs.chunks_exact_mut(self.output_size).zip(new) {
                    outputs.copy_from_slice(&new[..self.output_size]);
                }
            }
        });
    }
}

impl Genome {
    /// The recurrent network that runs; any graph makes one, marked recurrent or
    /// not.
    pub fn compile_recurrent(&self) -> RecurrentNetwork {
        let step = Step::of(self);
        let width = step.state_size();
        RecurrentNetwork::new(self, Network::new(&step.plan(width)), width)
    }

    /// The recurrent network for one instruction set, whatever the process has
    /// chosen: for tests and measurements.
    ///
    /// # Errors
    /// [`Error::SimdUnavailable`].
    pub fn compile_recurrent_for(&self, tier: Tier) -> Result<RecurrentNetwork, Error> {
        let step = Step::of(self);
        let width = step.state_size();
        let network = Network::for_tier(&step.plan(width), tier)?;
        Ok(RecurrentNetwork::new(self, network, width))
    }
}
