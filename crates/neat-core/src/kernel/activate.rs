//! Activations as polynomials over any vector.
//!
//! An activation is split in two: `shaped(slope * x)`. The slope is folded into
//! the weights and the bias of a node when a network is compiled (in every
//! layout alike), which takes one multiplication off the critical path.
//!
//! 2^z is a table of sixteen powers times a quadratic: with k the multiple of
//! 1/16 next to z and r = z - k, |r| <= 1/32, 2^r = 1 + r (C1 + C2 r) errs by at
//! most 4.4e-7 relatively. C1 and C2 are the Taylor coefficients with the cubic
//! term replaced by its best quadratic on that interval (Chebyshev
//! economization). The sigmoid 1 / (1 + 2^-z) is 2^k / (2^k + 2^(k - z)), of which
//! the first two come from the table and the third from the quadratic.

use super::simd::{SIXTEENTHS, Simd};
use crate::Activation;

const LOG2_E: f32 = std::f32::consts::LOG2_E;
/// Adding 1.5 x 2^23 leaves round(z) in the low bits of the mantissa.
const UNITS: f32 = 12_582_912.0;
/// Exponents below are clamped: in place of the power the table gives exactly 0.
pub(crate) const LOWEST: f32 = -127.0;
/// Exponents above are clamped: 1 + 2^-z is 1 from far below on.
pub(crate) const HIGHEST: f32 = 64.0;
const C1: f32 = 0.693_187_8;
const C2: f32 = 0.240_235_9;

/// What a node's sum is multiplied by before [`shaped`].
pub(crate) fn slope(activation: Activation) -> f32 {
    match activation {
        Activation::Sigmoid => LOG2_E,
        Activation::SteepenedSigmoid => 7.069_206,
        Activation::Tanh => 2.0 * LOG2_E,
        // The square root of log2(e): squaring comes after.
        Activation::Gaussian => 1.201_122_4,
        _ => 1.0,
    }
}

/// The activation of `x`.
#[inline(always)]
pub(crate) fn apply<S: Simd>(s: S, activation: Activation, x: S::V) -> S::V {
    shaped(s, activation, s.mul(x, s.splat(slope(activation))))
}

/// The activation of `z`, which is the slope times the sum.
#[inline(always)]
pub(crate) fn shaped<S: Simd>(s: S, activation: Activation, z: S::V) -> S::V {
    let zero = s.splat(0.0);
    let one = s.splat(1.0);
    match activation {
        Activation::Identity => z,
        Activation::Sigmoid | Activation::SteepenedSigmoid => {
            let (above, below) = sigmoid_parts(s, z);
            s.div(above, below)
        }
        // 2 / (1 + 2^-z) - 1
        Activation::Tanh => {
            let (above, below) = sigmoid_parts(s, z);
            s.sub(s.div(s.mul(s.splat(2.0), above), below), one)
        }
        // The constant comes first: the second operand is what a NaN lets through.
        Activation::Relu => s.max(zero, z),
        Activation::LeakyRelu => s.max(s.mul(z, s.splat(0.01)), z),
        // Both parts instead of a choice: a choice between a new number and the one
        // in memory becomes a masked store in batches, which is slow with AVX2.
        Activation::Elu => {
            let power = s.mul(s.min(zero, z), s.splat(LOG2_E));
            s.add(s.max(zero, z), s.sub(exp2(s, power), one))
        }
        Activation::Softplus => softplus(s, z),
        Activation::Gaussian => exp2(s, s.sub(zero, s.mul(z, z))),
        Activation::Sin => sin(s, z),
        Activation::Abs => s.abs(z),
        Activation::Step => s.select_lt(zero, z, one, zero),
    }
}

/// 2^k and k - z for the multiple k of 1/16 next to `clamped`, which is `z` but for
/// being at least [`LOWEST`].
#[inline(always)]
pub(crate) fn split<S: Simd>(s: S, clamped: S::V, z: S::V) -> (S::V, S::V) {
    let magic = s.splat(SIXTEENTHS);
    let biased = s.add(clamped, magic);
    let k = s.sub(biased, magic);
    (s.exp2_sixteenths(biased), s.sub(k, z))
}

/// 2^r - 1
#[inline(always)]
pub(crate) fn exp2_m1<S: Simd>(s: S, r: S::V) -> S::V {
    s.mul(r, s.add(s.splat(C1), s.mul(r, s.splat(C2))))
}

/// 2^z for z up to 0; 0 from [`LOWEST`] down.
#[inline(always)]
pub(crate) fn exp2<S: Simd>(s: S, z: S::V) -> S::V {
    // The constant comes first: the second operand is what a NaN lets through.
    let z = s.max(s.splat(LOWEST), z);
    let (power, r) = split(s, z, z);
    let rest = exp2_m1(s, s.sub(s.splat(0.0), r));
    s.add(power, s.mul(power, rest))
}

/// Numerator and denominator of 1 / (1 + 2^-z).
#[inline(always)]
pub(crate) fn sigmoid_parts<S: Simd>(s: S, z: S::V) -> (S::V, S::V) {
    // The constant comes first: the second operand is what a NaN lets through.
    let z = s.min(s.splat(HIGHEST), z);
    // Below, the quadratic alone makes the denominator large.
    let (power, r) = split(s, s.at_least(LOWEST, z), z);
    (power, sigmoid_denominator(s, power, exp2_m1(s, r)))
}

/// 2^k + 2^r, of which `rest` is 2^r - 1.
#[inline(always)]
pub(crate) fn sigmoid_denominator<S: Simd>(s: S, power: S::V, rest: S::V) -> S::V {
    s.add(s.add(power, s.splat(1.0)), rest)
}

/// max(x, 0) + ln(1 + e^-|x|): the logarithm is a polynomial in u = e^-|x|,
/// the interpolation of ln(1 + u) / u at the Chebyshev nodes of [0, 1]
/// (error below 7e-8).
#[inline(always)]
fn softplus<S: Simd>(s: S, x: S::V) -> S::V {
    softplus_of(s, x, exp2(s, s.mul(s.abs(x), s.splat(-LOG2_E))))
}

/// The rest of [`softplus`], with `u` given.
#[inline(always)]
pub(crate) fn softplus_of<S: Simd>(s: S, x: S::V, u: S::V) -> S::V {
    const LOG1P: [f32; 9] = [
        0.999_999_94,
        -0.499_994_46,
        0.333_181_2,
        -0.248_353_99,
        0.190_768_8,
        -0.136_022_48,
        0.077_516_09,
        -0.029_074_065,
        0.005_126_102_4,
    ];
    let (u2, [low @ .., last]) = (s.mul(u, u), LOG1P);
    let u4 = s.mul(u2, u2);
    let high = cubic(s, [low[4], low[5], low[6], low[7]], u, u2);
    let sum = s.add(
        cubic(s, [low[0], low[1], low[2], low[3]], u, u2),
        s.mul(u4, high),
    );
    let log = s.mul(u, s.add(sum, s.mul(s.mul(u4, u4), s.splat(last))));
    let zero = s.splat(0.0);
    s.add(s.select_lt(x, zero, zero, x), log)
}

/// Cody and Waite's reduction by pi in three parts, the first two short enough
/// that their products with up to 3,184 half turns are exact; then an odd
/// polynomial, the interpolation of sin(x) / x at the Chebyshev nodes of
/// [0, 1.58]^2 (error below 3e-8). Beyond |x| of 10,000 the reduction loses
/// digits; the clamp keeps the result within [-1, 1].
#[inline(always)]
fn sin<S: Simd>(s: S, x: S::V) -> S::V {
    const PI_HIGH: f32 = 3.140_625;
    const PI_MIDDLE: f32 = 0.000_967_502_6;
    const PI_LOW: f32 = 1.509_958e-7;
    const SIN: [f32; 5] = [
        1.0,
        -0.166_666_58,
        0.008_333_04,
        -0.000_198_082_68,
        0.000_002_603_383,
    ];
    let magic = s.splat(UNITS);
    let biased = s.add(s.mul(x, s.splat(std::f32::consts::FRAC_1_PI)), magic);
    let turns = s.sub(biased, magic);
    let r = s.sub(x, s.mul(turns, s.splat(PI_HIGH)));
    let r = s.sub(r, s.mul(turns, s.splat(PI_MIDDLE)));
    let r = s.sub(r, s.mul(turns, s.splat(PI_LOW)));
    let r = s.max(s.splat(-std::f32::consts::FRAC_PI_2), r);
    let r = s.min(s.splat(std::f32::consts::FRAC_PI_2), r);
    let (r2, [low @ .., last]) = (s.mul(r, r), SIN);
    let r4 = s.mul(r2, r2);
    let sum = s.add(cubic(s, low, r2, r4), s.mul(s.mul(r4, r4), s.splat(last)));
    let value = s.mul(r, sum);
    // The rounded polynomial may pass 1 by an ulp.
    let value = s.max(s.splat(-1.0), value);
    s.negate_if_odd(s.min(s.splat(1.0), value), biased)
}

/// c0 + c1 x + c2 x^2 + c3 x^3 by Estrin's scheme: neighbours are paired, which
/// takes fewer operations in a row than Horner's.
#[inline(always)]
fn cubic<S: Simd>(s: S, [c0, c1, c2, c3]: [f32; 4], x: S::V, square: S::V) -> S::V {
    let low = s.add(s.splat(c0), s.mul(x, s.splat(c1)));
    let high = s.add(s.splat(c2), s.mul(x, s.splat(c3)));
    s.add(low, s.mul(square, high))
}

/// Runs `$body` with `$known` as a constant, so that the choice of the activation
/// happens once outside of whatever loop the body has.
macro_rules! each {
    ($activation:expr, $known:ident => $body:block) => {
        $crate::kernel::activate::each!(@ $activation, $known, $body,
            Identity Sigmoid SteepenedSigmoid Tanh Relu LeakyRelu Elu Softplus Gaussian Sin Abs Step)
    };
    (@ $activation:expr, $known:ident, $body:block, $($name:ident)*) => {
        match $activation {
            $($crate::Activation::$name => {
                const $known: $crate::Activation = $crate::Activation::$name;
                $body
            })*
        }
    };
}
pub(crate) use each;
