//! A whole generation, compiled and run in one call.

use std::fmt;

use rayon::prelude::*;

use crate::compiler::Compiler;
use crate::kernel::rows::RowsArena;
use crate::kernel::scratch::with_scratch;
use crate::kernel::tier::{Kernels, Tier};
use crate::members::Members;
use crate::{Error, Genome, Plan};

/// Connections x rows from which a second thread pays: some 50 microseconds of
/// work, several times what waking it takes.
const PARALLEL_WORK: usize = 40_000;
/// Pieces for each thread, so that one that is late does not keep the others
/// waiting for long.
const PIECES: usize = 4;

/// Networks of one shape, each from a genome of its own.
#[derive(Debug)]
pub struct Population {
    rows: RowsArena,
    slots: usize,
    kernels: &'static Kernels,
    input_size: usize,
    output_size: usize,
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

    /// Bytes that the networks occupy.
    pub fn byte_len(&self) -> usize {
        size_of::<Self>() + self.rows.byte_len()
    }

    /// Computes one row for each genome: `inputs` is row-major len x
    /// `input_size`, `outputs` len x `output_size`.
    ///
    /// # Panics
    /// If a slice has the wrong length.
    pub fn feed_forward(&self, inputs: &[f32], outputs: &mut [f32]) {
        assert_eq!(inputs.len(), self.len() * self.input_size);
        assert_eq!(outputs.len(), self.len() * self.output_size);
        let threads = rayon::current_num_threads();
        if threads < 2 || self.rows.edges() < PARALLEL_WORK {
            return self.piece(0, inputs, outputs);
        }
        let size = self.len().div_ceil(threads * PIECES);
        let inputs = inputs.par_chunks(size * self.input_size);
        let outputs = outputs.par_chunks_mut(size * self.output_size);
        inputs
            .zip(outputs)
            .enumerate()
            .for_each(|(piece, (inputs, outputs))| self.piece(piece * size, inputs, outputs));
    }

    /// One row for each genome from `first` on.
    fn piece(&self, first: usize, inputs: &[f32], outputs: &mut [f32]) {
        let inputs = inputs.chunks_exact(self.input_size);
        let outputs = outputs.chunks_exact_mut(self.output_size);
        with_scratch(self.slots, |values| {
            for ((index, inputs), outputs) in (first..).zip(inputs).zip(outputs) {
                // SAFETY: the chunks hold a row, `values` the slots of the largest
                // genome.
                unsafe {
                    let (inputs, outputs) = (inputs.as_ptr(), outputs.as_mut_ptr());
                    (self.kernels.plain)(
                        self.rows.get(index),
                        inputs,
                        outputs,
                        values.as_mut_ptr(),
                    );
                }
            }
        });
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
