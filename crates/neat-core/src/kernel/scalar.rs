//! One lane: the reference of the wider sets, and `Activation::apply`.

use super::simd::{EXP2_TABLE, Simd};

/// Plain f32 arithmetic.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

impl Simd for Scalar {
    const LANES: usize = 1;
    type V = f32;

    #[inline(always)]
    fn one(self, x: f32) -> f32 {
        x
    }
    #[inline(always)]
    fn first(self, a: f32) -> f32 {
        a
    }
    #[inline(always)]
    unsafe fn load(self, from: *const f32) -> f32 {
        // SAFETY: the caller's obligation.
        unsafe { *from }
    }
    #[inline(always)]
    unsafe fn gather(self, from: *const f32, offsets: *const u16) -> f32 {
        // SAFETY: the caller's obligation.
        unsafe { *from.add(*offsets as usize) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32, value: f32) {
        // SAFETY: the caller's obligation.
        unsafe { *to = value }
    }

    #[inline(always)]
    fn splat(self, x: f32) -> f32 {
        x
    }
    #[inline(always)]
    fn add(self, a: f32, b: f32) -> f32 {
        a + b
    }
    #[inline(always)]
    fn sub(self, a: f32, b: f32) -> f32 {
        a - b
    }
    #[inline(always)]
    fn mul(self, a: f32, b: f32) -> f32 {
        a * b
    }
    #[inline(always)]
    fn div(self, a: f32, b: f32) -> f32 {
        a / b
    }
    #[inline(always)]
    fn max(self, a: f32, b: f32) -> f32 {
        if a > b { a } else { b }
    }
    #[inline(always)]
    fn min(self, a: f32, b: f32) -> f32 {
        if a < b { a } else { b }
    }
    #[inline(always)]
    fn at_least(self, low: f32, a: f32) -> f32 {
        self.max(low, a)
    }
    #[inline(always)]
    fn select_lt(self, a: f32, b: f32, yes: f32, no: f32) -> f32 {
        if a < b { yes } else { no }
    }
    #[inline(always)]
    fn abs(self, a: f32) -> f32 {
        a.abs()
    }
    #[inline(always)]
    fn negate_if_odd(self, a: f32, parity: f32) -> f32 {
        f32::from_bits(a.to_bits() ^ (parity.to_bits() << 31))
    }
    #[inline(always)]
    fn exp2_sixteenths(self, biased: f32) -> f32 {
        let k = biased.to_bits();
        f32::from_bits(EXP2_TABLE[(k & 15) as usize].wrapping_add(k << 19))
    }
}
