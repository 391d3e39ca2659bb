//! The few vector operations that the algorithms need.
//!
//! Every operation is one that IEEE 754 defines exactly (or an integer one), so
//! the same algorithm gives the same bits at every width. There is no fused
//! multiply-add on purpose.

/// An instruction set. A value of the type proves that the machine has it: the
/// types that need a check can only be made by detection.
pub(crate) trait Simd: Copy {
    /// f32 values in a vector; at most 16.
    const LANES: usize;
    /// A vector of f32.
    type V: Copy;

    /// All lanes `x`.
    fn splat(self, x: f32) -> Self::V;
    /// Lane 0 is `x`; what the others are does not matter.
    fn one(self, x: f32) -> Self::V;
    /// Lane 0.
    fn first(self, a: Self::V) -> f32;
    /// The `LANES` values from `from` on.
    ///
    /// # Safety
    /// They must be readable.
    unsafe fn load(self, from: *const f32) -> Self::V;
    /// Writes `LANES` values to `to`.
    ///
    /// # Safety
    /// They must be writable.
    unsafe fn store(self, to: *mut f32, value: Self::V);
    /// The values at `LANES` offsets from `from`.
    ///
    /// # Safety
    /// The offsets and what they lead to must be readable.
    unsafe fn gather(self, from: *const f32, offsets: *const u16) -> Self::V;
    /// Lane-wise sum.
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// Lane-wise difference.
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// Lane-wise product.
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// Lane-wise quotient.
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a > b ? a : b`, so `b` where either is NaN.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a < b ? a : b`, so `b` where either is NaN.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a < b ? yes : no`, so `no` where either is NaN.
    fn select_lt(self, a: Self::V, b: Self::V, yes: Self::V, no: Self::V) -> Self::V;
    /// The value with its sign bit cleared.
    fn abs(self, a: Self::V) -> Self::V;
    /// `a` negated where the lowest bit of `parity` is set.
    fn negate_if_odd(self, a: Self::V, parity: Self::V) -> Self::V;
    /// `max(low, a)` for a number `low` below 0; anything where `a` is NaN.
    fn at_least(self, low: f32, a: Self::V) -> Self::V;
    /// 2^(k / 16) for `biased` = [`SIXTEENTHS`] + k / 16, with k from -4096 to 4095.
    fn exp2_sixteenths(self, biased: Self::V) -> Self::V;
}

/// Adding 1.5 x 2^19 leaves round(16 z) in the low bits of the mantissa; adding 2^8
/// to that keeps the bits above the lowest thirteen the same.
pub(crate) const SIXTEENTHS: f32 = 786_688.0;

/// An instruction set that can choose freely among the lanes of a vector.
pub(crate) trait Permute: Simd {
    /// The first `count` (below `LANES`) values from `from` on, then zeros.
    ///
    /// # Safety
    /// Those `count` must be readable.
    unsafe fn load_first(self, from: *const f32, count: usize) -> Self::V;
    /// Lane l is lane `indices[l]` of `from`.
    ///
    /// # Safety
    /// `LANES` indices must be readable, each below `LANES`.
    unsafe fn permute(self, from: Self::V, indices: *const u8) -> Self::V;
    /// Lane l is `yes` where bit l of `lanes` is set, else `no`.
    fn blend(self, lanes: u16, yes: Self::V, no: Self::V) -> Self::V;
    /// Whether any lane is NaN.
    fn any_nan(self, a: Self::V) -> bool;
}

/// 2^(j / 16) as bits, less (4096 + j) << 19: adding the bits of a `biased` number
/// << 19 to entry k % 16 then puts the exponent k / 16 in place without masking.
pub(crate) const EXP2_TABLE: [u32; 16] = {
    // 2^(j / 16) rounded to f32.
    const POWERS: [f32; 16] = [
        1.0,
        1.044_273_7,
        1.090_507_7,
        1.138_788_6,
        1.189_207_1,
        1.241_857_8,
        1.296_839_6,
        1.354_255_6,
        std::f32::consts::SQRT_2,
        1.476_826_2,
        1.542_210_8,
        1.610_490_3,
        1.681_792_9,
        1.756_252_2,
        1.834_008_1,
        1.915_206_6,
    ];
    let mut table = [0; 16];
    let mut j = 0;
    while j < 16 {
        table[j] = POWERS[j].to_bits().wrapping_sub((4096 + j as u32) << 19);
        j += 1;
    }
    table
};

/// [`EXP2_TABLE`] for bits that are rotated instead of shifted, which is quicker on
/// some machines: less what the upper nineteen bits of a `biased` number are.
#[cfg(target_arch = "x86_64")]
pub(crate) const ROTATED_TABLE: [u32; 16] = {
    let mut table = EXP2_TABLE;
    let mut j = 0;
    while j < 16 {
        table[j] = table[j].wrapping_sub(SIXTEENTHS.to_bits() >> 13);
        j += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::EXP2_TABLE;

    #[test]
    fn the_table_holds_the_nearest_floats() {
        for (j, entry) in (0u32..).zip(EXP2_TABLE) {
            let exact = (f64::from(j) / 16.0).exp2();
            assert_eq!(
                entry.wrapping_add((4096 + j) << 19),
                (exact as f32).to_bits()
            );
        }
    }
}
