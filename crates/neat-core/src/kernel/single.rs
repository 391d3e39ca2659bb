//! One row of one network, in the layout of [`Groups`].

use super::activate::{exp2, shaped, sigmoid_parts};
use super::groups::{Group, Groups};
use super::simd::Permute;
use crate::Activation;

/// Computes one row; says whether every value was finite. If not, the outputs
/// are not to be used: the idle lanes of a step add 0 times a value, which
/// changes no bit (sums are never -0) unless that value is not finite. The row
/// has to be computed again in the plain layout then.
///
/// # Safety
/// `layout` must be made for the lanes of `S`; `inputs` and `outputs` must hold a
/// row, `values` [`Groups::scratch_len`] numbers.
#[inline(always)]
pub(crate) unsafe fn run<S: Permute>(
    s: S,
    layout: &Groups,
    inputs: *const f32,
    outputs: *mut f32,
    values: *mut f32,
) -> bool {
    debug_assert_eq!(layout.lanes, S::LANES);
    // SAFETY: `Groups::new` made as many numbers, sources and indices as the
    // groups walk over, and keeps targets and sources within `scratch_len`; the
    // rest is the caller's obligation.
    unsafe {
        // 0 times a value is NaN where the value is not finite.
        let mut check = read_inputs(s, layout, inputs, values);
        let mut numbers = layout.numbers.as_ptr();
        let mut sources = layout.sources.as_ptr();
        let mut indices = layout.indices.as_ptr();
        for group in &layout.groups {
            let mut sum = s.load(numbers);
            numbers = numbers.add(S::LANES);
            for _ in 0..group.steps {
                let vector = s.load(values.add(*sources as usize));
                let source = s.permute(vector, indices);
                sum = s.add(sum, s.mul(s.load(numbers), source));
                numbers = numbers.add(S::LANES);
                sources = sources.add(1);
                indices = indices.add(S::LANES);
            }
            let target = values.add(group.target as usize);
            let result = activate(s, group, sum);
            let result = s.blend(group.lanes, result, s.load(target));
            check = s.add(check, s.mul(result, s.splat(0.0)));
            s.store(target, result);
        }
        for (at, &slot) in layout.output_slots.iter().enumerate() {
            *outputs.add(at) = *values.add(slot as usize);
        }
        !s.any_nan(check)
    }
}

/// Fills the slots of the inputs, and zeros all others. Gives 0 times the inputs.
///
/// # Safety
/// As [`run`].
#[inline(always)]
unsafe fn read_inputs<S: Permute>(
    s: S,
    layout: &Groups,
    inputs: *const f32,
    values: *mut f32,
) -> S::V {
    let whole = layout.input_size / S::LANES;
    // SAFETY: there are more slots than inputs, so vector `whole` exists.
    unsafe {
        let mut check = s.splat(0.0);
        for vector in 0..whole {
            let input = s.load(inputs.add(vector * S::LANES));
            check = s.add(check, s.mul(input, s.splat(0.0)));
            s.store(values.add(vector * S::LANES), input);
        }
        let rest = s.load_first(inputs.add(whole * S::LANES), layout.input_size % S::LANES);
        s.store(values.add(whole * S::LANES), rest);
        for vector in whole + 1..layout.vectors {
            s.store(values.add(vector * S::LANES), s.splat(0.0));
        }
        s.add(check, s.mul(rest, s.splat(0.0)))
    }
}

/// Each lane's own activation; every family only where a lane needs it.
#[inline(always)]
fn activate<S: Permute>(s: S, group: &Group, z: S::V) -> S::V {
    let mut result = z;
    if group.sigmoidal != 0 {
        let (above, below) = sigmoid_parts(s, z);
        // 1 / (1 + 2^-z), or 2 / (1 + 2^-z) - 1 for tanh.
        let factor = s.blend(group.tanh, s.splat(2.0), s.splat(1.0));
        let term = s.blend(group.tanh, s.splat(1.0), s.splat(0.0));
        let value = s.sub(s.div(s.mul(factor, above), below), term);
        result = s.blend(group.sigmoidal, value, result);
    }
    if group.relu | group.leaky_relu | group.abs | group.step != 0 {
        for (lanes, activation) in [
            (group.relu, Activation::Relu),
            (group.leaky_relu, Activation::LeakyRelu),
            (group.abs, Activation::Abs),
            (group.step, Activation::Step),
        ] {
            result = s.blend(lanes, shaped(s, activation, z), result);
        }
    }
    if group.elu | group.gaussian != 0 {
        let square = s.sub(s.splat(0.0), s.mul(z, z));
        let power = s.mul(s.min(s.splat(0.0), z), s.splat(std::f32::consts::LOG2_E));
        let exponential = exp2(s, s.blend(group.gaussian, square, power));
        let below = s.sub(exponential, s.splat(1.0));
        let elu = s.select_lt(z, s.splat(0.0), below, z);
        result = s.blend(group.elu, elu, result);
        result = s.blend(group.gaussian, exponential, result);
    }
    if group.softplus != 0 {
        let value = shaped(s, Activation::Softplus, z);
        result = s.blend(group.softplus, value, result);
    }
    if group.sin != 0 {
        result = s.blend(group.sin, shaped(s, Activation::Sin, z), result);
    }
    result
}
