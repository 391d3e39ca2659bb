//! One row of one network: a node in each lane.
//!
//! Slots are cut into vectors. The nodes of one depth in one vector are a group:
//! they share their steps. A step adds one connection to each lane's sum; its
//! sources are chosen within a register that holds a window of slots, so there
//! is no gather. The steps of a window are as many as the lane with most
//! connections from it needs; the other lanes add 0 times a value that is
//! computed already, which changes no bit (sums are never -0) unless that value
//! is not finite. So the kernel says whether all values were finite, and if not
//! the row is computed again in the plain layout.

use super::activate::{each, shaped};
use super::rows::{Edge, Rows};
use super::simd::Simd;
use crate::Activation;

/// The layout for vectors and windows of one instruction set.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    lanes: usize,
    input_size: usize,
    vectors: usize,
    groups: Vec<Group>,
    windows: Vec<Window>,
    runs: Vec<Run>,
    /// `lanes` for each group.
    biases: Vec<f32>,
    /// `lanes` for each step.
    weights: Vec<f32>,
    /// `lanes` for each step, relative to the window.
    indices: Vec<u8>,
    output_slots: Box<[u32]>,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    vector: u32,
    windows: u32,
    runs: u32,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    first_slot: u32,
    steps: u32,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    activation: Activation,
    lanes: u16,
}

impl Groups {
    pub(crate) fn new(rows: &Rows, depth_offsets: &[u32], lanes: usize, window: usize) -> Self {
        let vectors = rows.slots().div_ceil(window) * window / lanes;
        let mut layout = Self {
            lanes,
            input_size: rows.input_size(),
            vectors,
            groups: Vec::new(),
            windows: Vec::new(),
            runs: Vec::new(),
            biases: Vec::new(),
            weights: Vec::new(),
            indices: Vec::new(),
            output_slots: rows.output_slots().into(),
        };
        for depth in depth_offsets.windows(2) {
            let end = rows.input_size() + depth[1] as usize;
            let mut slot = rows.input_size() + depth[0] as usize;
            while slot < end {
                let next = end.min((slot / lanes + 1) * lanes);
                layout.push_group(rows, slot..next, window);
                slot = next;
            }
        }
        layout
    }

    fn push_group(&mut self, rows: &Rows, slots: std::ops::Range<usize>, window: usize) {
        let lanes = self.lanes;
        let first = slots.start - rows.input_size();
        let nodes = &rows.nodes()[first..first + slots.len()];
        let mut begin = first.checked_sub(1).map_or(0, |at| rows.nodes()[at].end);
        let at = self.biases.len();
        self.biases.resize(at + lanes, 0.0);
        let mut pending: Vec<&[Edge]> = vec![&[]; lanes];
        let runs = self.runs.len();
        for (node, lane) in nodes.iter().zip(slots.start % lanes..) {
            self.biases[at + lane] = node.bias;
            pending[lane] = &rows.edges()[begin as usize..node.end as usize];
            begin = node.end;
            match self.runs[runs..].last_mut() {
                Some(run) if run.activation == node.activation => run.lanes |= 1 << lane,
                _ => self.runs.push(Run {
                    activation: node.activation,
                    lanes: 1 << lane,
                }),
            }
        }
        let windows = self.windows.len();
        for first_slot in (0..slots.start).step_by(window) {
            self.push_window(&mut pending, first_slot, window);
        }
        self.groups.push(Group {
            vector: (slots.start / lanes) as u32,
            windows: (self.windows.len() - windows) as u32,
            runs: (self.runs.len() - runs) as u32,
        });
    }

    /// Takes the connections from one window off the front of each lane's list.
    fn push_window(&mut self, pending: &mut [&[Edge]], first_slot: usize, window: usize) {
        let within = |edge: &&Edge| (edge.source as usize) < first_slot + window;
        let mut steps = 0;
        let mut counts = [0; 16];
        let mut spare = 0;
        for (lane, edges) in pending.iter().enumerate() {
            counts[lane] = edges.iter().take_while(within).count();
            steps = steps.max(counts[lane]);
            if counts[lane] > 0 {
                // Any slot that is computed by now will do for the idle lanes.
                spare = (edges[0].source as usize - first_slot) as u8;
            }
        }
        if steps == 0 {
            return;
        }
        for step in 0..steps {
            for (lane, edges) in pending.iter().enumerate() {
                let busy = step < counts[lane];
                self.weights
                    .push(if busy { edges[step].weight } else { 0.0 });
                let index = edges.get(step).map_or(0, |edge| edge.source as usize);
                let index = (index.wrapping_sub(first_slot)) as u8;
                self.indices.push(if busy { index } else { spare });
            }
        }
        for (lane, edges) in pending.iter_mut().enumerate() {
            *edges = &edges[counts[lane]..];
        }
        self.windows.push(Window {
            first_slot: first_slot as u32,
            steps: steps as u32,
        });
    }

    /// f32 numbers that [`run`] needs for its values.
    pub(crate) fn scratch_len(&self) -> usize {
        self.vectors * self.lanes
    }

    pub(crate) fn byte_len(&self) -> usize {
        size_of::<Self>()
            + self.groups.capacity() * size_of::<Group>()
            + self.windows.capacity() * size_of::<Window>()
            + self.runs.capacity() * size_of::<Run>()
            + (self.biases.capacity() + self.weights.capacity()) * size_of::<f32>()
            + self.indices.capacity()
            + size_of_val(&*self.output_slots)
    }
}

/// Computes one row; says whether every value was finite. If not, the outputs
/// are not to be used.
///
/// # Safety
/// `layout` must be made for the lanes and window of `S`; `inputs` and `outputs`
/// must hold a row, `values` [`Groups::scratch_len`] numbers.
#[inline(always)]
pub(crate) unsafe fn run<S: Simd>(
    s: S,
    layout: &Groups,
    inputs: *const f32,
    outputs: *mut f32,
    values: *mut f32,
) -> bool {
    debug_assert_eq!(layout.lanes, S::LANES);
    // SAFETY: `Groups::new` made as many biases, weights, indices, windows and
    // runs as the groups walk over, keeps indices within their window, and
    // windows and vectors within `scratch_len`; the rest is the caller's.
    unsafe {
        let whole = layout.input_size / S::LANES;
        for vector in 0..whole {
            s.store(
                values.add(vector * S::LANES),
                s.load(inputs.add(vector * S::LANES)),
            );
        }
        let rest = s.load_first(inputs.add(whole * S::LANES), layout.input_size % S::LANES);
        if whole < layout.vectors {
            s.store(values.add(whole * S::LANES), rest);
        }
        for vector in whole + 1..layout.vectors {
            s.store(values.add(vector * S::LANES), s.splat(0.0));
        }
        let mut window = layout.windows.as_ptr();
        let mut run = layout.runs.as_ptr();
        let mut bias = layout.biases.as_ptr();
        let mut weight = layout.weights.as_ptr();
        let mut index = layout.indices.as_ptr();
        for group in &layout.groups {
            let mut sum = s.load(bias);
            bias = bias.add(S::LANES);
            for _ in 0..group.windows {
                let source = s.window(values.add((*window).first_slot as usize));
                for _ in 0..(*window).steps {
                    sum = s.add(sum, s.mul(s.load(weight), s.lookup(source, index)));
                    weight = weight.add(S::LANES);
                    index = index.add(S::LANES);
                }
                window = window.add(1);
            }
            let target = values.add(group.vector as usize * S::LANES);
            let mut result = s.load(target);
            for _ in 0..group.runs {
                let Run { activation, lanes } = *run;
                each!(activation, KNOWN => {
                    result = s.blend(lanes, shaped(s, KNOWN, sum), result);
                });
                run = run.add(1);
            }
            s.store(target, result);
        }
        // 0 times a value is NaN where the value is not finite.
        let mut check = s.splat(0.0);
        for vector in 0..layout.vectors {
            let value = s.load(values.add(vector * S::LANES));
            check = s.add(check, s.mul(value, s.splat(0.0)));
        }
        for (at, &slot) in layout.output_slots.iter().enumerate() {
            *outputs.add(at) = *values.add(slot as usize);
        }
        !s.any_nan(check)
    }
}
