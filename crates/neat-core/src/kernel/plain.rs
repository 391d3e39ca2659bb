//! One row of one network, node by node: the reference for all other layouts,
//! and the fastest one where depths are narrow and activations mixed.

use super::activate::{each, shaped};
use super::rows::Rows;
use super::simd::Simd;

/// Computes one row. Sums are scalar; activations run in lane 0 of `S`, whose
/// table of powers is quicker to reach than memory.
///
/// # Safety
/// `inputs` and `outputs` must hold a row, `values` [`Rows::slots`] numbers.
#[inline(always)]
pub(crate) unsafe fn run<S: Simd>(
    s: S,
    rows: Rows,
    inputs: *const f32,
    outputs: *mut f32,
    values: *mut f32,
) {
    // SAFETY: `RowsArena::push` made as many edges as the nodes take, with
    // sources before their node, and output slots below `slots`; the rest is the
    // caller's obligation.
    unsafe {
        for input in 0..rows.input_size() {
            *values.add(input) = *inputs.add(input);
        }
        let mut target = values.add(rows.input_size());
        let mut edge = rows.edges().as_ptr();
        for node in rows.nodes() {
            let mut sum = node.bias;
            let end = edge.add(node.fan_in as usize);
            while edge < end {
                sum += (*edge).weight * *values.add((*edge).source as usize);
                edge = edge.add(1);
            }
            each!(node.activation, KNOWN => {
                *target = s.first(shaped(s, KNOWN, s.one(sum)));
            });
            target = target.add(1);
        }
        for (at, &slot) in rows.output_slots().iter().enumerate() {
            *outputs.add(at) = *values.add(slot as usize);
        }
    }
}
