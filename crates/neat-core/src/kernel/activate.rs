//! Activations as polynomials over any vector.
//!
//! An activation is split in two: `shaped(slope * x)`. The slope is folded into
//! the weights and the bias of a node when a network is compiled (in every
//! layout alike), which takes one multiplication off the critical path.
//!
//! 2^z is a table of sixteen powers times a quadratic: with k the integer next
//! to 16 z and r = z - k / 16, |r| <= 1/32, 2^r = 1 + r (C1 + C2 r) errs by at
//! most 4.4e-7 relatively. C1 and C2 are the Taylor coefficients with the cubic
//! term replaced by its best quadratic on that interval (Chebyshev
//! economization). z is clamped to [-127, 126]: the lower end gives exactly 0, and
//! the reciprocal of the upper one is still a normal number, which matters where
//! subnormal ones are slow.

use super::simd::Simd;
use crate::Activation;

const LOG2_E: f32 = std::f32::consts::LOG2_E;
/// Adding 1.5 x 2^19 leaves round(16 z) in the low bits of the mantissa.
const SIXTEENTHS: f32 = 786_432.0;
/// Adding 1.5 x 2^23 leaves round(z) in the low bits of the mantissa.
const UNITS: f32 = 12_582_912.0;
const C1: f32 = 0.693_187_8;
const C2: f32 = 0.240_235_9;

/// What a node's sum is multiplied by before [`shaped`].
pub(crate) fn slope(activation: Activation) -> f32 {
    match activation {
        Activation::Sigmoid => -LOG2_E,
        Activation::SteepenedSigmoid => -7.069_206,
        Activation::Tanh => -2.0 * LOG2_E,
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
        Activation::Sigmoid | Activation::SteepenedSigmoid => s.div(one, one_plus_exp2(s, z)),
        Activation::Tanh => {
            let ratio = s.div(s.splat(2.0), one_plus_exp2(s, z));
            s.sub(ratio, one)
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

/// 2^z - t and t, where t is the power of the table: adding 1 or t to the pair
/// costs one operation less in a row than adding to 2^z.
#[inline(always)]
pub(crate) fn exp2_parts<S: Simd>(s: S, z: S::V) -> (S::V, S::V) {
    // The constant comes first: the second operand is what a NaN lets through.
    let z = s.max(s.splat(-127.0), z);
    let z = s.min(s.splat(126.0), z);
    let magic = s.splat(SIXTEENTHS);
    let biased = s.add(z, magic);
    let power = s.exp2_sixteenths(biased);
    let r = s.sub(z, s.sub(biased, magic));
    let slope = s.add(s.splat(C1), s.mul(r, s.splat(C2)));
    (s.mul(s.mul(power, r), slope), power)
}

/// 2^z
#[inline(always)]
pub(crate) fn exp2<S: Simd>(s: S, z: S::V) -> S::V {
    let (rest, power) = exp2_parts(s, z);
    s.add(power, rest)
}

/// 1 + 2^z
#[inline(always)]
pub(crate) fn one_plus_exp2<S: Simd>(s: S, z: S::V) -> S::V {
    let (rest, power) = exp2_parts(s, z);
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
