//! Rows of a population, gathered by genome: those of one genome share lanes.

use rayon::prelude::*;

use crate::kernel::batch;
use crate::kernel::rows::{Rows, RowsArena};
use crate::kernel::scratch::with_scratch;
use crate::kernel::tier::Kernels;

/// Rows of one genome from which lanes pay.
const LANES_PAY: usize = 3;
/// Connections x rows from which a second thread pays.
const PARALLEL_WORK: usize = 40_000;
/// Pieces for each thread.
const PIECES: usize = 4;

/// Which rows each genome answers.
pub(crate) struct Members {
    /// Rows, by genome and then ascending.
    order: Vec<u32>,
    /// Rows `order[starts[g]..starts[g + 1]]` belong to genome g.
    starts: Vec<u32>,
}

/// Outputs that several threads write to, each to rows of its own.
#[derive(Clone, Copy)]
struct Outputs(*mut f32);

// SAFETY: every row belongs to one genome, every genome to one piece, and every
// piece to one thread.
unsafe impl Send for Outputs {}
// SAFETY: as above.
unsafe impl Sync for Outputs {}

impl Members {
    /// Every index in `genome` must be below `len`.
    pub(crate) fn of(genome: &[u32], len: usize) -> Self {
        // Counted one place further on, so that filling turns ends into starts.
        let mut starts = vec![0; len + 2];
        for &index in genome {
            starts[index as usize + 2] += 1;
        }
        for index in 2..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut order = vec![0; genome.len()];
        for (row, &index) in (0..).zip(genome) {
            let next = &mut starts[index as usize + 1];
            order[*next as usize] = row;
            *next += 1;
        }
        starts.pop();
        Self { order, starts }
    }

    /// Computes all rows.
    ///
    /// # Safety
    /// `inputs` and `outputs` must hold a row for each of the rows that the
    /// members were made of, and `arena` the genomes.
    pub(crate) unsafe fn run(
        &self,
        arena: &RowsArena,
        kernels: &Kernels,
        inputs: &[f32],
        outputs: &mut [f32],
    ) {
        let outputs = Outputs(outputs.as_mut_ptr());
        let piece = |first: usize, last: usize| {
            for index in first..last {
                let rows = self.rows_of(index);
                if !rows.is_empty() {
                    // SAFETY: the caller's obligation; see `Outputs`.
                    unsafe { genome(arena.get(index), kernels, rows, inputs, outputs) };
                }
            }
        };
        let genomes = self.starts.len() - 1;
        let threads = rayon::current_num_threads();
        let work = arena.edges() / genomes * self.order.len();
        if threads < 2 || work < PARALLEL_WORK {
            return piece(0, genomes);
        }
        let pieces = threads * PIECES;
        let bound = |at: usize| {
            let row = (self.order.len() * at / pieces) as u32;
            self.starts
                .partition_point(|&start| start < row)
                .min(genomes)
        };
        (0..pieces).into_par_iter().for_each(|at| {
            let last = if at + 1 == pieces {
                genomes
            } else {
                bound(at + 1)
            };
            piece(bound(at), last);
        });
    }

    fn rows_of(&self, index: usize) -> &[u32] {
        &self.order[self.starts[index] as usize..self.starts[index + 1] as usize]
    }
}

/// The rows of one genome.
///
/// # Safety
/// `inputs` and `outputs` must hold every row of `members`, and nobody else may
/// write those of `outputs`.
unsafe fn genome(rows: Rows, kernels: &Kernels, members: &[u32], inputs: &[f32], outputs: Outputs) {
    let (input_size, output_size) = (rows.input_size(), rows.output_slots().len());
    let input = |row: u32| &inputs[row as usize * input_size..][..input_size];
    // SAFETY: the caller's obligation.
    let output = |row: u32| unsafe {
        std::slice::from_raw_parts_mut(outputs.0.add(row as usize * output_size), output_size)
    };
    if members.len() < LANES_PAY {
        return with_scratch(rows.slots(), |values| {
            for &row in members {
                // SAFETY: both hold a row, `values` the slots.
                unsafe {
                    let (input, output) = (input(row).as_ptr(), output(row).as_mut_ptr());
                    (kernels.plain)(rows, input, output, values.as_mut_ptr());
                }
            }
        });
    }
    let count = members.len();
    let (all_inputs, all_outputs) = (count * input_size, count * output_size);
    let lanes = batch::scratch_len(rows, kernels.lanes);
    with_scratch(lanes + all_inputs + all_outputs, |values| {
        let (values, buffers) = values.split_at_mut(lanes);
        let (from, to) = buffers.split_at_mut(all_inputs);
        for (from, &row) in from.chunks_exact_mut(input_size).zip(members) {
            from.copy_from_slice(input(row));
        }
        // SAFETY: the buffers hold `count` rows, and `values` what is asked for.
        unsafe {
            let (from, to) = (from.as_ptr(), to.as_mut_ptr());
            (kernels.batch)(rows, from, to, count, values.as_mut_ptr());
        }
        for (to, &row) in to.chunks_exact(output_size).zip(members) {
            output(row).copy_from_slice(to);
        }
    });
}
