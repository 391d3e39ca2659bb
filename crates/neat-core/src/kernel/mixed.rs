//! A different activation in each lane. All that need a power share one.

use super::activate::{HIGHEST, LOWEST, exp2_m1, shaped, sigmoid_denominator, softplus_of, split};
use super::simd::Simd;
use crate::Activation::{self, *};

const LOG2_E: f32 = std::f32::consts::LOG2_E;

/// Whether `set`, with bit a for activation a, has one of these.
#[inline(always)]
const fn has(set: u16, activations: &[Activation]) -> bool {
    let (mut at, mut found) = (0, false);
    while at < activations.len() {
        found |= set >> activations[at] as u16 & 1 == 1;
        at += 1;
    }
    found
}

/// `yes` in the lanes of this activation and those of lower numbers.
#[inline(always)]
fn up_to<S: Simd>(s: S, numbers: S::V, activation: Activation, yes: S::V, no: S::V) -> S::V {
    let bound = s.splat(f32::from(activation as u8) + 0.5);
    s.select_lt(numbers, bound, yes, no)
}

/// The activation of each lane of `z`: its number is in `numbers`, and all numbers
/// are in `set`. The activations come in the order of falling numbers, and each
/// one replaces what was put into its lanes before.
#[inline(always)]
pub(crate) fn mixed<S: Simd>(s: S, set: u16, numbers: S::V, z: S::V) -> S::V {
    let mut result = shaped(s, Step, z);
    if has(set, &[Abs]) {
        result = up_to(s, numbers, Abs, shaped(s, Abs, z), result);
    }
    if has(set, &[Sin]) {
        result = up_to(s, numbers, Sin, shaped(s, Sin, z), result);
    }
    if has(
        set,
        &[Gaussian, Softplus, Elu, Tanh, SteepenedSigmoid, Sigmoid],
    ) {
        result = with_power(s, set, numbers, z, result);
    } else {
        result = below_elu(s, set, numbers, z, result);
    }
    up_to(s, numbers, Identity, z, result)
}

/// Gaussian to sigmoid.
#[inline(always)]
fn with_power<S: Simd>(s: S, set: u16, numbers: S::V, z: S::V, mut result: S::V) -> S::V {
    let (zero, one) = (s.splat(0.0), s.splat(1.0));
    let mut exponent = s.sub(zero, s.mul(z, z));
    if has(set, &[Softplus, Elu]) {
        let falling = s.mul(s.abs(z), s.splat(-LOG2_E));
        exponent = up_to(s, numbers, Softplus, falling, exponent);
        let rising = s.mul(s.min(zero, z), s.splat(LOG2_E));
        exponent = up_to(s, numbers, Elu, rising, exponent);
    }
    let exponent = s.max(s.splat(LOWEST), exponent);
    let sigmoidal = s.min(s.splat(HIGHEST), z);
    let exponent = up_to(s, numbers, Tanh, sigmoidal, exponent);
    let (power, r) = split(s, s.at_least(LOWEST, exponent), exponent);
    let rest = exp2_m1(s, up_to(s, numbers, Tanh, r, s.sub(zero, r)));
    let exponential = s.add(power, s.mul(power, rest));
    result = up_to(s, numbers, Gaussian, exponential, result);
    if has(set, &[Softplus]) {
        let softplus = softplus_of(s, z, exponential);
        result = up_to(s, numbers, Softplus, softplus, result);
    }
    if has(set, &[Elu]) {
        let below = s.sub(exponential, one);
        let elu = s.select_lt(z, zero, below, z);
        result = up_to(s, numbers, Elu, elu, result);
    }
    result = below_elu(s, set, numbers, z, result);
    // 1 / (1 + 2^-z), or 2 / (1 + 2^-z) - 1 for tanh.
    let factor = up_to(s, numbers, SteepenedSigmoid, one, s.splat(2.0));
    let term = up_to(s, numbers, SteepenedSigmoid, zero, one);
    let below = sigmoid_denominator(s, power, rest);
    let sigmoidal = s.sub(s.div(s.mul(factor, power), below), term);
    up_to(s, numbers, Tanh, sigmoidal, result)
}

/// Leaky ReLU and ReLU.
#[inline(always)]
fn below_elu<S: Simd>(s: S, set: u16, numbers: S::V, z: S::V, mut result: S::V) -> S::V {
    if has(set, &[LeakyRelu, Relu]) {
        result = up_to(s, numbers, LeakyRelu, shaped(s, LeakyRelu, z), result);
        result = up_to(s, numbers, Relu, shaped(s, Relu, z), result);
    }
    result
}
