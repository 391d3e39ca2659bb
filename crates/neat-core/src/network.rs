//! A compiled network.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::kernel::batch;
use crate::kernel::groups::Groups;
use crate::kernel::rows::{Rows, RowsArena};
use crate::kernel::scratch::with_scratch;
use crate::kernel::tier::{Kernels, Single, Tier};
use crate::{Error, Plan};

/// After so many single rows the layout for them is made: it costs as much as
/// some hundred rows gain.
const RUNS_BEFORE_LAYOUT: u32 = 64;

/// A feed-forward network, ready to run. Share it between threads.
#[derive(Debug)]
pub struct Network {
    rows: RowsArena,
    depth_offsets: Box<[u32]>,
    kernels: &'static Kernels,
    /// The layout for single rows, made once it pays; `None` where the plain one
    /// is the best.
    groups: OnceLock<Option<Box<(Single, Groups)>>>,
    single_runs: AtomicU32,
}

impl Network {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self::with_kernels(plan, Kernels::chosen())
    }

    /// The network for a certain instruction set: for tests and measurements.
    ///
    /// # Errors
    /// [`Error::SimdUnavailable`].
    pub(crate) fn for_tier(plan: &Plan, tier: Tier) -> Result<Self, Error> {
        Ok(Self::with_kernels(plan, Kernels::of(tier)?))
    }

    fn with_kernels(plan: &Plan, kernels: &'static Kernels) -> Self {
        let mut rows = RowsArena::default();
        rows.push(plan);
        rows.shrink();
        Self {
            rows,
            depth_offsets: plan.depth_offsets.as_slice().into(),
            kernels,
            groups: OnceLock::new(),
            single_runs: AtomicU32::new(0),
        }
    }

    #[inline]
    fn rows(&self) -> Rows<'_> {
        self.rows.get(0)
    }

    /// Numbers in an input row.
    #[inline]
    pub fn input_size(&self) -> usize {
        self.rows().input_size()
    }

    /// Numbers in an output row.
    #[inline]
    pub fn output_size(&self) -> usize {
        self.rows().output_slots().len()
    }

    /// Bytes that the network occupies; grows when the layout for single rows is
    /// made.
    pub fn byte_len(&self) -> usize {
        size_of::<Self>()
            + self.rows.byte_len()
            + size_of_val(&*self.depth_offsets)
            + self.layout().map_or(0, |layout| layout.1.byte_len())
    }

    /// Computes one row. Does not look for NaN or infinity.
    ///
    /// # Panics
    /// If a slice has not `input_size` or `output_size` numbers.
    #[inline]
    pub fn feed_forward(&self, inputs: &[f32], outputs: &mut [f32]) {
        assert_eq!(inputs.len(), self.input_size());
        assert_eq!(outputs.len(), self.output_size());
        let Some((run, groups)) = self.layout() else {
            with_scratch(self.rows().slots(), |values| {
                self.plain(inputs, outputs, values);
            });
            if self.groups.get().is_none() {
                self.count_run();
            }
            return;
        };
        with_scratch(groups.scratch_len(), |values| {
            // SAFETY: the layout is made for these kernels, the slices have the
            // length of a row, and `values` that of the scratch.
            let finite = unsafe {
                run(
                    groups,
                    inputs.as_ptr(),
                    outputs.as_mut_ptr(),
                    values.as_mut_ptr(),
                )
            };
            if !finite {
                self.plain(inputs, outputs, values);
            }
        });
    }

    fn plain(&self, inputs: &[f32], outputs: &mut [f32], values: &mut [f32]) {
        // SAFETY: `feed_forward` checked that the slices hold a row, and every
        // scratch has room for the slots.
        unsafe {
            let (inputs, outputs) = (inputs.as_ptr(), outputs.as_mut_ptr());
            (self.kernels.plain)(self.rows(), inputs, outputs, values.as_mut_ptr());
        }
    }

    #[inline]
    fn layout(&self) -> Option<&(Single, Groups)> {
        self.groups.get()?.as_deref()
    }

    #[cold]
    fn count_run(&self) {
        // Two threads may count one run: no harm.
        let runs = self.single_runs.load(Relaxed) + 1;
        self.single_runs.store(runs, Relaxed);
        if runs == RUNS_BEFORE_LAYOUT {
            self.groups.get_or_init(|| self.best_layout());
        }
    }

    fn best_layout(&self) -> Option<Box<(Single, Groups)>> {
        let layouts = self.kernels.singles.iter().map(|kernel| {
            let groups = Groups::new(self.rows(), &self.depth_offsets, kernel.lanes);
            (groups.cost(kernel.costs), kernel.run, groups)
        });
        let (cost, run, groups) = layouts.min_by_key(|layout| layout.0)?;
        (cost < self.rows().cost()).then(|| Box::new((run, groups)))
    }

    /// Computes rows: `inputs` is row-major rows x `input_size`, `outputs`
    /// rows x `output_size`. Each row has the bits that
    /// [`Network::feed_forward`] gives. Does not look for NaN or infinity.
    ///
    /// # Panics
    /// If a slice has the wrong length.
    pub fn feed_forward_batch(&self, inputs: &[f32], outputs: &mut [f32], rows: usize) {
        if rows == 1 {
            return self.feed_forward(inputs, outputs);
        }
        assert_eq!(Some(inputs.len()), rows.checked_mul(self.input_size()));
        assert_eq!(Some(outputs.len()), rows.checked_mul(self.output_size()));
        let scratch = batch::scratch_len(self.rows(), self.kernels.lanes);
        with_scratch(scratch, |values| {
            let (inputs, outputs) = (inputs.as_ptr(), outputs.as_mut_ptr());
            // SAFETY: the slices have the length of `rows` rows, and `values`
            // that of the scratch.
            unsafe { (self.kernels.batch)(self.rows(), inputs, outputs, rows, values.as_mut_ptr()) }
        });
    }
}
