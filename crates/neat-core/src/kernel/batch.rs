//! Many rows of one network: a row in each lane.
//!
//! Values are kept slot by slot, each slot with the values of several vectors of
//! rows. A connection then is one broadcast weight against these vectors, and
//! their sums are independent of each other, which hides the latency of adding.

use super::activate::{each, shaped};
use super::rows::Rows;
use super::simd::Simd;
use super::transpose::{rows_to_slots, slots_to_rows};
use super::wide::Wide;

/// Vectors of rows in a full block.
const FULL: usize = 4;

/// f32 numbers that [`run`] needs for its values.
pub(crate) fn scratch_len(rows: Rows, lanes: usize) -> usize {
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
    rows: Rows,
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
                block(Wide::<S, FULL>(s), rows, inputs, outputs, count, values)
            } else if count > S::LANES {
                block(Wide::<S, 2>(s), rows, inputs, outputs, count, values)
            } else {
                block(s, rows, inputs, outputs, count, values)
            };
            count -= done;
            inputs = inputs.add(done * rows.input_size());
            outputs = outputs.add(done * rows.output_slots().len());
        }
    }
}

/// Computes up to `LANES` rows; says how many.
///
/// # Safety
/// As [`run`].
#[inline(always)]
unsafe fn block<S: Simd>(
    s: S,
    rows: Rows,
    inputs: *const f32,
    outputs: *mut f32,
    count: usize,
    values: *mut f32,
) -> usize {
    let count = count.min(S::LANES);
    // SAFETY: slots are below `rows.slots()`, which `Rows` guarantees, and lanes
    // below `LANES`, so everything stays within `values`; `inputs` and `outputs`
    // are read and written for `count` rows.
    unsafe {
        rows_to_slots(inputs, count, rows.input_size(), values, S::LANES);
        let mut target = values.add(rows.input_size() * S::LANES);
        let mut edge = rows.edges().as_ptr();
        for node in rows.nodes() {
            let mut sum = s.splat(node.bias);
            let end = edge.add(node.fan_in as usize);
            while edge < end {
                let source = s.load(values.add((*edge).source as usize * S::LANES));
                sum = s.add(sum, s.mul(s.splat((*edge).weight), source));
                edge = edge.add(1);
            }
            each!(node.activation, KNOWN => { s.store(target, shaped(s, KNOWN, sum)) });
            target = target.add(S::LANES);
        }
        slots_to_rows(values, rows.output_slots(), S::LANES, outputs, count);
    }
    count
}
