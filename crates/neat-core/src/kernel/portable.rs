//! Four lanes in plain Rust: for machines without the other sets. Compilers turn
//! the arrays into SSE2 or NEON registers.

use super::scalar::Scalar;
use super::simd::Simd;

/// Needs nothing.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

const LANES: usize = 4;

#[inline(always)]
fn map2(a: [f32; LANES], b: [f32; LANES], f: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
    std::array::from_fn(|lane| f(a[lane], b[lane]))
}

impl Simd for Portable {
    const LANES: usize = LANES;
    type V = [f32; LANES];

    #[inline(always)]
    fn splat(self, x: f32) -> Self::V {
        [x; LANES]
    }
    #[inline(always)]
    fn one(self, x: f32) -> Self::V {
        [x; LANES]
    }
    #[inline(always)]
    fn first(self, a: Self::V) -> f32 {
        a[0]
    }
    #[inline(always)]
    unsafe fn load(self, from: *const f32) -> Self::V {
        // SAFETY: the caller's obligation; the read is unaligned.
        unsafe { from.cast::<Self::V>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn gather(self, from: *const f32, offsets: *const u16) -> Self::V {
        // SAFETY: the caller's obligation.
        std::array::from_fn(|lane| unsafe { *from.add(*offsets.add(lane) as usize) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32, value: Self::V) {
        // SAFETY: the caller's obligation; the write is unaligned.
        unsafe { to.cast::<Self::V>().write_unaligned(value) }
    }
    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        map2(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        map2(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        map2(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, a: Self::V, b: Self::V) -> Self::V {
        map2(a, b, |a, b| a / b)
    }
    #[inline(always)]
    fn max(self, a: Self::V, b: Self::V) -> Self::V {
        map2(a, b, |a, b| Scalar.max(a, b))
    }
    #[inline(always)]
    fn min(self, a: Self::V, b: Self::V) -> Self::V {
        map2(a, b, |a, b| Scalar.min(a, b))
    }
    #[inline(always)]
    fn at_least(self, low: f32, a: Self::V) -> Self::V {
        self.max(self.splat(low), a)
    }
    #[inline(always)]
    fn select_lt(self, a: Self::V, b: Self::V, yes: Self::V, no: Self::V) -> Self::V {
        std::array::from_fn(|lane| Scalar.select_lt(a[lane], b[lane], yes[lane], no[lane]))
    }
    #[inline(always)]
    fn abs(self, a: Self::V) -> Self::V {
        a.map(f32::abs)
    }
    #[inline(always)]
    fn negate_if_odd(self, a: Self::V, parity: Self::V) -> Self::V {
        map2(a, parity, |a, parity| Scalar.negate_if_odd(a, parity))
    }
    #[inline(always)]
    fn exp2_sixteenths(self, biased: Self::V) -> Self::V {
        biased.map(|k| Scalar.exp2_sixteenths(k))
    }
}
