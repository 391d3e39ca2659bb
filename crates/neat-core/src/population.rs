//! A whole generation, compiled and run in one call.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;

use crate::compiler::Compiler;
use crate::kernel::lockstep::Lockstep;
use crate::kernel::rows::RowsArena;
use crate::kernel::tier::{Kernels, Tier};
use crate::members::Members;
use crate::{Error, Genome, Plan};

/// Networks of one shape, each from a genome of its own.
#[derive(Debug)]
pub struct Population {
    pub(crate) rows: RowsArena,
    pub(crate) slots: usize,
    pub(crate) kernels: &'static Kernels,
    /// The layout for one row each, made once it pays.
    pub(crate) lockstep: OnceLock<Lockstep>,
    pub(crate) runs: AtomicU32,
    pub(crate) input_size: usize,
    pub(crate) output_size: usize,
}

/// What is wrong with a population, and which genome it is.
#[derive(Clone, Debug, PartialEq)]
pub struct PopulationError {
    /// Position of the genome in the list.
    pub index: usize,
    /// What is wrong with it.
    pub error: Error,
}

impl fmt::Display for PopulationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "genome {}: {}", self.index, self.error)
    }
}

impl std::error::Error for PopulationError {}

/// The words of each genome: genome p from `offsets[p]` to `offsets[p + 1]`.
fn each_words<'a>(
    words: &'a [u32],
    offsets: &[u32],
) -> impl Iterator<Item = Result<&'a [u32], Error>> {
    offsets.windows(2).map(|bounds| {
        words
            .get(bounds[0] as usize..bounds[1] as usize)
            .ok_or_else(|| Error::PopulationShape {
                expected: format!("ascending offsets within {} words", words.len()),
                came: format!("{} to {}", bounds[0], bounds[1]),
            })
    })
}

/// The genomes packed one after the other in `words`, genome p from `offsets[p]`
/// to `offsets[p + 1]`.
pub(crate) fn genomes(
    words: &[u32],
    offsets: &[u32],
) -> impl Iterator<Item = Result<Genome, Error>> {
    each_words(words, offsets).map(|words| Genome::from_packed(words?))
}

impl Population {
    /// Compiles packed genomes that stand one after the other: genome p is
    /// `words[offsets[p]..offsets[p + 1]]`, so `offsets` has one entry more than
    /// there are genomes.
    ///
    /// # Errors
    /// The first genome that does not compile or has not the shape of genome 0.
    pub fn from_packed(words: &[u32], offsets: &[u32]) -> Result<Self, PopulationError> {
        Self::with_kernels(words, offsets, Kernels::chosen())
    }

    /// As [`Population::from_packed`], for one instruction set, whatever the
    /// process has chosen: for tests and measurements.
    ///
    /// # Errors
    /// As [`Population::from_packed`], and [`Error::SimdUnavailable`].
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
        let mut population = Self::empty(kernels);
        population.rows.reserve(offsets.len(), words.len());
        let mut compiler = Compiler::default();
        for (index, words) in each_words(words, offsets).enumerate() {
            words
                .and_then(|words| compiler.compile(words, |plan| population.push(plan)))
                .map_err(|error| PopulationError { index, error })?;
        }
        population.complete()
    }

    /// Compiles plans that share their numbers of inputs and outputs.
    ///
    /// # Errors
    /// As [`Population::from_packed`].
    pub(crate) fn of_plans(
        plans: impl Iterator<Item = Result<Plan, Error>>,
        kernels: &'static Kernels,
    ) -> Result<Self, PopulationError> {
        let mut population = Self::empty(kernels);
        for (index, plan) in plans.enumerate() {
            plan.and_then(|plan| population.push(&plan))
                .map_err(|error| PopulationError { index, error })?;
        }
        population.complete()
    }

    fn empty(kernels: &'static Kernels) -> Self {
        Self {
            rows: RowsArena::default(),
            slots: 0,
            kernels,
            lockstep: OnceLock::new(),
            runs: AtomicU32::new(0),
            input_size: 0,
            output_size: 0,
        }
    }

    fn complete(mut self) -> Result<Self, PopulationError> {
        if self.rows.len() == 0 {
            return Err(PopulationError {
                index: 0,
                error: Error::PopulationShape {
                    expected: "at least one genome".to_owned(),
                    came: "none".to_owned(),
                },
            });
        }
        self.rows.shrink();
        Ok(self)
    }

    fn push(&mut self, plan: &Plan) -> Result<(), Error> {
        let came = (plan.input_size, plan.output_slots.len());
        if self.rows.len() == 0 {
            (self.input_size, self.output_size) = came;
        }
        let first = (self.input_size, self.output_size);
        if came != first {
            return Err(Error::PopulationShape {
                expected: format!("{} inputs and {} outputs as genome 0", first.0, first.1),
                came: format!("{} and {}", came.0, came.1),
            });
        }
        self.slots = self.slots.max(plan.slots());
        self.rows.push(plan);
        Ok(())
    }

    /// How many genomes there are; at least one.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Numbers in an input row.
    pub fn input_size(&self) -> usize {
        self.input_size
    }

    /// Numbers in an output row.
    pub fn output_size(&self) -> usize {
        self.output_size
    }

    /// Bytes that the networks occupy; grows when the layout for one row each is
    /// made.
    pub fn byte_len(&self) -> usize {
        let lockstep = self.lockstep.get().map_or(0, Lockstep::byte_len);
        size_of::<Self>() + self.rows.byte_len() + lockstep
    }

    /// Computes row r by genome `genome[r]`: `inputs` is row-major rows x
    /// `input_size`, `outputs` rows x `output_size`. A genome may have any
    /// number of rows, none included.
    ///
    /// # Errors
    /// [`Error::GenomeIndex`] before anything is computed, and
    /// [`Error::InputLength`], [`Error::OutputLength`].
    pub fn feed_forward_rows(
        &self,
        genome: &[u32],
        inputs: &[f32],
        outputs: &mut [f32],
    ) -> Result<(), Error> {
        self.check_rows(genome, inputs.len(), outputs.len())?;
        let members = Members::of(genome, self.len());
        // SAFETY: the lengths and the indices were checked just now.
        unsafe { members.run(&self.rows, self.kernels, inputs, outputs) };
        Ok(())
    }

    fn check_rows(&self, genome: &[u32], inputs: usize, outputs: usize) -> Result<(), Error> {
        let expected = genome.len() * self.input_size;
        if inputs != expected {
            return Err(Error::InputLength {
                expected,
                came: inputs,
            });
        }
        let expected = genome.len() * self.output_size;
        if outputs != expected {
            return Err(Error::OutputLength {
                expected,
                came: outputs,
            });
        }
        match genome
            .iter()
            .position(|&index| index as usize >= self.len())
        {
            None => Ok(()),
            Some(row) => Err(Error::GenomeIndex {
                row,
                index: genome[row],
                len: self.len(),
            }),
        }
    }
}
