//! One row for each genome of a population.

use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;

use crate::Population;
use crate::kernel::lockstep::Lockstep;
use crate::kernel::scratch::with_scratch;
use crate::kernel::tier::LanesKernel;

/// Connections from which a second thread pays: some 100 microseconds of work. With
/// half of that, waking it took longer than what it did.
const PARALLEL_WORK: usize = 200_000;
/// Pieces for each thread, so that one that is late does not keep the others
/// waiting for long.
const PIECES: usize = 4;

/// Runs with one row each before the layout for them is made: it costs about as
/// much as two runs gain.
const RUNS_BEFORE_LAYOUT: u32 = 2;

impl Population {
    /// Computes one row for each genome: `inputs` is row-major len x
    /// `input_size`, `outputs` len x `output_size`. On several threads if that pays.
    ///
    /// # Panics
    /// If a slice has the wrong length.
    pub fn feed_forward(&self, inputs: &[f32], outputs: &mut [f32]) {
        let threads = rayon::current_num_threads();
        if threads < 2 || self.rows.edges() < PARALLEL_WORK {
            return self.feed_forward_alone(inputs, outputs);
        }
        self.assert_lengths(inputs, outputs);
        let lockstep = self.lockstep();
        let size = self.len().div_ceil(threads * PIECES);
        let size = size.next_multiple_of(lockstep.map_or(1, |(_, layout)| layout.lanes));
        let inputs = inputs.par_chunks(size * self.input_size);
        let outputs = outputs.par_chunks_mut(size * self.output_size);
        inputs
            .zip(outputs)
            .enumerate()
            .for_each(|(piece, (inputs, outputs))| {
                self.piece(lockstep, piece * size, inputs, outputs);
            });
    }

    /// As [`Population::feed_forward`], on this thread alone.
    ///
    /// # Panics
    /// If a slice has the wrong length.
    pub fn feed_forward_alone(&self, inputs: &[f32], outputs: &mut [f32]) {
        self.assert_lengths(inputs, outputs);
        self.piece(self.lockstep(), 0, inputs, outputs);
    }

    fn assert_lengths(&self, inputs: &[f32], outputs: &[f32]) {
        assert_eq!(inputs.len(), self.len() * self.input_size);
        assert_eq!(outputs.len(), self.len() * self.output_size);
    }

    /// The layout for one row each, if the population has run often enough.
    fn lockstep(&self) -> Option<(LanesKernel, &Lockstep)> {
        let kernel = self.kernels.lockstep;
        if self.lockstep.get().is_none() {
            // Two threads may count one run: no harm.
            let runs = self.runs.load(Relaxed) + 1;
            self.runs.store(runs, Relaxed);
            if runs <= RUNS_BEFORE_LAYOUT {
                return None;
            }
        }
        let make = || Lockstep::new(&self.rows, kernel.lanes);
        Some((kernel, self.lockstep.get_or_init(make)))
    }

    /// One row for each genome from `first` on, which has to begin a block.
    fn piece(
        &self,
        lockstep: Option<(LanesKernel, &Lockstep)>,
        first: usize,
        inputs: &[f32],
        outputs: &mut [f32],
    ) {
        let Some((kernel, layout)) = lockstep else {
            return self.one_by_one(first, inputs, outputs);
        };
        let inputs = inputs.chunks(kernel.lanes * self.input_size);
        let outputs = outputs.chunks_mut(kernel.lanes * self.output_size);
        for ((at, inputs), outputs) in (0..).zip(inputs).zip(outputs) {
            let first = first + at * kernel.lanes;
            let Some(block) = layout.block(first / kernel.lanes) else {
                self.one_by_one(first, inputs, outputs);
                continue;
            };
            let count = inputs.len() / self.input_size;
            with_scratch(layout.scratch_len(), |values| {
                // SAFETY: the chunks hold `count` rows, `values` what the layout
                // asks for, and the layout was made for this kernel.
                unsafe {
                    let (inputs, outputs) = (inputs.as_ptr(), outputs.as_mut_ptr());
                    (kernel.run)(layout, block, inputs, outputs, count, values.as_mut_ptr());
                }
            });
        }
    }

    /// One row for each genome from `first` on.
    fn one_by_one(&self, first: usize, inputs: &[f32], outputs: &mut [f32]) {
        let inputs = inputs.chunks_exact(self.input_size);
        let outputs = outputs.chunks_exact_mut(self.output_size);
        with_scratch(self.slots, |values| {
            for ((index, inputs), outputs) in (first..).zip(inputs).zip(outputs) {
                let rows = self.rows.get(index);
                // SAFETY: the chunks hold a row, `values` the slots of the largest
                // genome.
                unsafe {
                    let (inputs, outputs) = (inputs.as_ptr(), outputs.as_mut_ptr());
                    (self.kernels.plain)(rows, inputs, outputs, values.as_mut_ptr());
                }
            }
        });
    }
}
