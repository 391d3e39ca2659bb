//! Many rows of one network: a row in each lane.
//!
//! Values are kept slot by slot, each slot with the values of `W` vectors of
//! rows. A connection then is one broadcast weight against `W` vectors, and the
//! `W` sums are independent of each other, which hides the latency of adding.

use super::activate::shaped;
use super::rows::Rows;
use super::simd::Simd;

/// Vectors of rows in a full block.
const FULL: usize = 4;

/// f32 numbers that [`run`] needs for its values.
pub(crate) fn scratch_len(rows: &Rows, lanes: usize) -> usize {
    rows.slots() * lanes * FULL
}

/// Computes `count` rows.
///
/// # Safety
/// `inputs` and `outputs` must hold `count` rows of the network, `values`
/// [`scratch_len`] numbers.
#[inline(always)]
pub(crate) unsafe fn run<S: Simd>(
    s: S,
    rows: &Rows,
    mut inputs: *const f32,
    mut outputs: *mut f32,
    mut count: usize,
    values: *mut f32,
) {
    // SAFETY: each block stays within `count` rows; the rest is the caller's
    // obligation.
    unsafe {
        while count > 0 {
            let done = if count > 2 * S::LANES {
                block::<S, FULL>(s, rows, inputs, outputs, count, values)
            } else if count > S::LANES {
                block::<S, 2>(s, rows, inputs, outputs, count, values)
            } else {
                block::<S, 1>(s, rows, inputs, outputs, count, values)
            };
            count -= done;
            inputs = inputs.add(done * rows.input_size());
            outputs = outputs.add(done * rows.output_slots().len());
        }
    }
}

/// Computes up to `W * LANES` rows; says how many.
///
/// # Safety
/// As [`run`].
#[inline(always)]
unsafe fn block<S: Simd, const W: usize>(
    s: S,
    rows: &Rows,
    inputs: *const f32,
    outputs: *mut f32,
    count: usize,
    values: *mut f32,
) -> usize {
    let stride = W * S::LANES;
    let count = count.min(stride);
    // SAFETY: slots are below `rows.slots()`, which `Rows` guarantees, and lanes
    // below the stride, so everything stays within `values`; `inputs` and
    // `outputs` are read and written for `count` rows.
    unsafe {
        for slot in 0..rows.input_size() {
            for row in 0..count {
                *values.add(slot * stride + row) = *inputs.add(row * rows.input_size() + slot);
            }
        }
        let mut target = values.add(rows.input_size() * stride);
        let mut begin = 0;
        for node in rows.nodes() {
            let mut sums = [s.splat(node.bias); W];
            for edge in rows.edges().get_unchecked(begin..node.end as usize) {
                let weight = s.splat(edge.weight);
                let source = values.add(edge.source as usize * stride);
                for (w, sum) in sums.iter_mut().enumerate() {
                    *sum = s.add(*sum, s.mul(weight, s.load(source.add(w * S::LANES))));
                }
            }
            begin = node.end as usize;
            activate(s, node.activation, sums, target);
            target = target.add(stride);
        }
        for (at, &slot) in rows.output_slots().iter().enumerate() {
            for row in 0..count {
                *outputs.add(row * rows.output_slots().len() + at) =
                    *values.add(slot as usize * stride + row);
            }
        }
    }
    count
}

/// # Safety
/// `W * LANES` numbers must be writable at `target`.
#[inline(always)]
unsafe fn activate<S: Simd, const W: usize>(
    s: S,
    activation: crate::Activation,
    sums: [S::V; W],
    target: *mut f32,
) {
    super::activate::each!(activation, KNOWN => {
        for (w, sum) in sums.into_iter().enumerate() {
            // SAFETY: the caller's obligation.
            unsafe { s.store(target.add(w * S::LANES), shaped(s, KNOWN, sum)) };
        }
    });
}
