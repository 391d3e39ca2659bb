//! The few vector operations that the algorithms need.
//!
//! Every operation is one that IEEE 754 defines exactly (or an integer one), so
//! the same algorithm gives the same bits at every width. There is no fused
//! multiply-add on purpose.

/// An instruction set. A value of the type proves that the machine has it: the
/// types that need a check can only be made by detection.
pub(crate) trait Simd: Copy {
    /// A vector of f32.
    type V: Copy;

    /// All lanes `x`.
    fn splat(self, x: f32) -> Self::V;
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
    /// `a` with the lowest bit of `parity` exchanged for its sign: negated
    /// where that bit is set.
    fn negate_if_odd(self, a: Self::V, parity: Self::V) -> Self::V;
    /// 2^(k / 16) for the integer k in the low mantissa bits of `biased`.
    fn exp2_sixteenths(self, biased: Self::V) -> Self::V;
}

/// 2^(j / 16) as bits, less j << 19: adding k << 19 to entry k % 16 then puts
/// the exponent k / 16 in place without masking.
pub(crate) const EXP2_TABLE: [u32; 16] = {
    // 2^(j / 16) rounded to f32, checked against f64 in the tests.
    const POWERS: [f32; 16] = [
        1.0,
        1.044_273_8,
        1.090_507_7,
        1.138_788_6,
        1.189_207_1,
        1.241_857_8,
        1.296_839_6,
        1.354_255_5,
        std::f32::consts::SQRT_2,
        1.476_826_1,
        1.542_210_8,
        1.610_490_3,
        1.681_792_9,
        1.756_252_2,
        1.834_008,
        1.915_206_6,
    ];
    let mut table = [0; 16];
    let mut j = 0;
    while j < 16 {
        table[j] = POWERS[j].to_bits() - ((j as u32) << 19);
        j += 1;
    }
    table
};
