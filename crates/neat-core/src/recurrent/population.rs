//! A generation of recurrent genomes.

use super::scratch::with_joined;
use super::step::Step;
use crate::kernel::tier::{Kernels, Tier};
use crate::population::genomes;
use crate::{Error, Genome, Population, PopulationError};

/// Recurrent networks of one shape, each from a genome of its own. They keep no
/// states: callers hand them in.
///
/// All states have the length of the largest genome's; what a smaller genome does
/// not need of one stays as it is.
#[derive(Debug)]
pub struct RecurrentPopulation {
    /// From inputs and states to the next states.
    step: Population,
    input_size: usize,
    output_size: usize,
    state_size: usize,
}

impl RecurrentPopulation {
    /// Compiles packed genomes, laid out as for [`Population::from_packed`];
    /// marked recurrent or not.
    ///
    /// # Errors
    /// The first genome that is not valid or has not the shape of genome 0.
    pub fn from_packed(words: &[u32], offsets: &[u32]) -> Result<Self, PopulationError> {
        Self::with_kernels(words, offsets, Kernels::chosen())
    }

    /// As [`RecurrentPopulation::from_packed`], for one instruction set, whatever
    /// the process has chosen: for tests and measurements.
    ///
    /// # Errors
    /// As [`RecurrentPopulation::from_packed`], and [`Error::SimdUnavailable`].
    pub fn from_packed_for(
        words: &[u32],
        offsets: &[u32],
        tier: Tier,
    ) -> Result<Self, PopulationError> {
        let kernels = Kernels::of(tier).map_err(|error| PopulationError { index: 0, error })?;
        Self::with_kernels(words, offsets, kernels)
    }

    fn with_kernels(
        words: &[u32],
        offsets: &[u32],
        kernels: &'static Kernels,
    ) -> Result<Self, PopulationError> {
        let mut list: Vec<Genome> = Vec::with_capacity(offsets.len());
        for (index, genome) in genomes(words, offsets).enumerate() {
            let genome = genome
                .and_then(|genome| same_shape(list.first(), genome))
                .map_err(|error| PopulationError { index, error })?;
            list.push(genome);
        }
        let steps: Vec<Step<'_>> = list.iter().map(Step::of).collect();
        let state_size = steps.iter().map(Step::state_size).max().unwrap_or(0);
        let plans = steps.iter().map(|step| Ok(step.plan(state_size)));
        let step = Population::of_plans(plans, kernels)?;
        Ok(Self {
            step,
            input_size: list[0].input_size(),
            output_size: list[0].output_size(),
            state_size,
        })
    }

    /// How many genomes there are; at least one.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.step.len()
    }

    /// Numbers in an input row.
    pub fn input_size(&self) -> usize {
        self.input_size
    }

    /// Numbers in an output row.
    pub fn output_size(&self) -> usize {
        self.output_size
    }

    /// Numbers in a state: those of the genome that needs most.
    pub fn state_size(&self) -> usize {
        self.state_size
    }

    /// Bytes that the networks occupy, states not included.
    pub fn byte_len(&self) -> usize {
        size_of::<Self>() - size_of::<Population>() + self.step.byte_len()
    }

    /// Moves a state for each genome on by one step: `inputs` is row-major len x
    /// `input_size`, `states` len x `state_size`, `outputs` len x `output_size`.
    ///
    /// # Panics
    /// If a slice has the wrong length.
    pub fn step(&self, inputs: &[f32], states: &mut [f32], outputs: &mut [f32]) {
        assert_eq!(inputs.len(), self.len() * self.input_size);
        assert_eq!(states.len(), self.len() * self.state_size);
        assert_eq!(outputs.len(), self.len() * self.output_size);
        with_joined(self.len() * self.width(), |joined| {
            self.join(inputs, states, |row| row, joined);
            self.step.feed_forward(joined, states);
        });
        let states = states.chunks_exact(self.state_size);
        for (outputs, state) in outputs.chunks_exact_mut(self.output_size).zip(states) {
            outputs.copy_from_slice(&state[..self.output_size]);
        }
    }

    /// Moves the states of some rows on by one step: row r is answered by genome
    /// `genome[r]`, its state is number `slots[r]` of `states` (row-major, any
    /// number x `state_size`). `inputs` is row-major rows x `input_size`,
    /// `outputs` rows x `output_size`.
    ///
    /// # Errors
    /// Before anything is computed: [`Error::GenomeIndex`], [`Error::SlotIndex`],
    /// [`Error::SlotRepeated`], [`Error::InputLength`], [`Error::OutputLength`].
    ///
    /// # Panics
    /// If `slots` is not as long as `genome`.
    pub fn step_rows(
        &self,
        genome: &[u32],
        slots: &[u32],
        inputs: &[f32],
        states: &mut [f32],
        outputs: &mut [f32],
    ) -> Result<(), Error> {
        assert_eq!(genome.len(), slots.len());
        let rows = genome.len();
        check_length(rows * self.input_size, inputs.len(), |expected, came| {
            Error::InputLength { expected, came }
        })?;
        check_length(rows * self.output_size, outputs.len(), |expected, came| {
            Error::OutputLength { expected, came }
        })?;
        check_slots(slots, states.len() / self.state_size)?;
        let old = rows * self.width();
        with_joined(old + rows * self.state_size, |numbers| {
            let (joined, next) = numbers.split_at_mut(old);
            self.join(inputs, states, |row| slots[row] as usize, joined);
            self.step.feed_forward_rows(genome, joined, next)?;
            let outputs = outputs.chunks_exact_mut(self.output_size);
            let next = next.chunks_exact(self.state_size);
            for ((outputs, next), &slot) in outputs.zip(next).zip(slots) {
                let start = slot as usize * self.state_size;
                states[start..start + self.state_size].copy_from_slice(next);
                outputs.copy_from_slice(&next[..self.output_size]);
            }
            Ok(())
        })
    }

    fn width(&self) -> usize {
        self.input_size + self.state_size
    }

    /// Puts rows of inputs and their states side by side.
    fn join(
        &self,
        inputs: &[f32],
        states: &[f32],
        slot: impl Fn(usize) -> usize,
        joined: &mut [f32],
    ) {
        let inputs = inputs.chunks_exact(self.input_size);
        let rows = joined.chunks_exact_mut(self.width()).zip(inputs);
        for (row, (joined, inputs)) in rows.enumerate() {
            let start = slot(row) * self.state_size;
            joined[..self.input_size].copy_from_slice(inputs);
            joined[self.input_size..].copy_from_slice(&states[start..start + self.state_size]);
        }
    }
}

fn same_shape(first: Option<&Genome>, genome: Genome) -> Result<Genome, Error> {
    let shape = |genome: &Genome| (genome.input_size(), genome.output_size());
    let came = shape(&genome);
    match first.map(shape) {
        Some(first) if first != came => Err(Error::PopulationShape {
            expected: format!("{} inputs and {} outputs as genome 0", first.0, first.1),
            came: format!("{} and {}", came.0, came.1),
        }),
        _ => Ok(genome),
    }
}

fn check_length(
    expected: usize,
    came: usize,
    error: impl FnOnce(usize, usize) -> Error,
) -> Result<(), Error> {
    if expected == came {
        Ok(())
    } else {
        Err(error(expected, came))
    }
}

/// Each slot has to be below `len` and to come once.
fn check_slots(slots: &[u32], len: usize) -> Result<(), Error> {
    if let Some(row) = slots.iter().position(|&slot| slot as usize >= len) {
        let slot = slots[row];
        return Err(Error::SlotIndex { row, slot, len });
    }
    // Ascending, as most callers have them, they need no marks.
    if slots.is_sorted_by(|a, b| a < b) {
        return Ok(());
    }
    let mut seen = vec![0u64; len.div_ceil(64)];
    for (row, &slot) in slots.iter().enumerate() {
        let (word, bit) = (&mut seen[slot as usize / 64], 1 << (slot % 64));
        if *word & bit != 0 {
            return Err(Error::SlotRepeated { row, slot });
        }
        *word |= bit;
    }
    Ok(())
}
