//! One row of each of many networks, in the layout of [`Lockstep`].

use super::activate::shaped;
use super::lockstep::{BlockView, FAN, Lockstep};
use super::mixed::mixed;
use super::simd::Simd;
use crate::Activation;

/// Vectors of networks in a block: enough to hide that a piece waits for the one
/// before.
pub(crate) const VECTORS: usize = 4;

const SIGMOIDS: u16 = 1 << Activation::Sigmoid as u16 | 1 << Activation::SteepenedSigmoid as u16;

/// Computes one row for each of the first `count` networks of a block.
///
/// # Safety
/// `layout` must be made for the lanes of `S` and `block` be one of its blocks;
/// `inputs` and `outputs` must hold `count` rows, at most `LANES`, and `values`
/// [`Lockstep::scratch_len`] numbers.
#[inline(always)]
pub(crate) unsafe fn run<S: Simd>(
    s: S,
    layout: &Lockstep,
    block: BlockView<'_>,
    inputs: *const f32,
    outputs: *mut f32,
    count: usize,
    values: *mut f32,
) {
    debug_assert_eq!(layout.lanes, S::LANES);
    // SAFETY: `Lockstep::new` made as many numbers and sources as the pieces walk
    // over, and keeps offsets within `scratch_len`; the rest is the caller's
    // obligation.
    unsafe {
        s.store(values, s.splat(0.0));
        for lane in 0..count {
            for input in 0..layout.input_size {
                *values.add((1 + input) * S::LANES + lane) =
                    *inputs.add(lane * layout.input_size + input);
            }
        }
        let mut target = values.add((1 + layout.input_size) * S::LANES);
        let mut numbers = block.numbers.as_ptr();
        let mut sources = block.sources.as_ptr();
        let infinity = s.splat(f32::INFINITY);
        let mut sum = s.splat(0.0);
        for _ in 0..block.pieces {
            let bias = s.load(numbers);
            sum = s.select_lt(bias, infinity, bias, sum);
            for at in 0..FAN {
                let weight = s.load(numbers.add((2 + at) * S::LANES));
                let source = s.gather(values, sources.add(at * S::LANES));
                sum = s.add(sum, s.mul(weight, source));
            }
            let value = if block.activations & !SIGMOIDS == 0 {
                shaped(s, Activation::Sigmoid, sum)
            } else {
                mixed(s, block.activations, s.load(numbers.add(S::LANES)), sum)
            };
            s.store(target, value);
            target = target.add(S::LANES);
            numbers = numbers.add((2 + FAN) * S::LANES);
            sources = sources.add(FAN * S::LANES);
        }
        for lane in 0..count {
            for output in 0..layout.output_size {
                let offset = *block.outputs.get_unchecked(output * S::LANES + lane);
                *outputs.add(lane * layout.output_size + output) = *values.add(offset as usize);
            }
        }
    }
}
