//! Sixteen lanes of AVX-512 (F, BW, DQ and VL).

use std::arch::x86_64::*;

use super::simd::{Permute, ROTATED_TABLE, Simd};

/// Proof that the machine has AVX-512.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(());

impl Avx512 {
    /// # Safety
    /// The machine must have AVX-512 F, BW, DQ and VL.
    #[inline(always)]
    pub(crate) unsafe fn assume() -> Self {
        Self(())
    }
}

/// Methods that are one expression of intrinsics.
macro_rules! operations {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty { $body:expr })*) => {$(
        #[inline(always)]
        fn $name(self, $($argument: $type),*) -> $result {
            // SAFETY: `self` proves that the instructions are there.
            unsafe { $body }
        }
    )*};
}

impl Simd for Avx512 {
    const LANES: usize = 16;
    type V = __m512;

    operations! {
        splat(x: f32) -> __m512 { _mm512_set1_ps(x) }
        one(x: f32) -> __m512 { _mm512_castps128_ps512(_mm_set_ss(x)) }
        first(a: __m512) -> f32 { _mm512_cvtss_f32(a) }
        add(a: __m512, b: __m512) -> __m512 { _mm512_add_ps(a, b) }
        sub(a: __m512, b: __m512) -> __m512 { _mm512_sub_ps(a, b) }
        mul(a: __m512, b: __m512) -> __m512 { _mm512_mul_ps(a, b) }
        div(a: __m512, b: __m512) -> __m512 { _mm512_div_ps(a, b) }
        max(a: __m512, b: __m512) -> __m512 { _mm512_max_ps(a, b) }
        min(a: __m512, b: __m512) -> __m512 { _mm512_min_ps(a, b) }
        at_least(low: f32, a: __m512) -> __m512 {
            // Read as unsigned integers, numbers below 0 ascend from -0 to NaN, and
            // all others lie below them.
            _mm512_castsi512_ps(_mm512_min_epu32(
                _mm512_castps_si512(a),
                _mm512_set1_epi32(low.to_bits().cast_signed()),
            ))
        }
        select_lt(a: __m512, b: __m512, yes: __m512, no: __m512) -> __m512 {
            _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b), no, yes)
        }
        abs(a: __m512) -> __m512 { _mm512_abs_ps(a) }
        negate_if_odd(a: __m512, parity: __m512) -> __m512 {
            _mm512_castsi512_ps(_mm512_xor_si512(
                _mm512_castps_si512(a),
                _mm512_slli_epi32::<31>(_mm512_castps_si512(parity)),
            ))
        }
        exp2_sixteenths(biased: __m512) -> __m512 {{
            let k = _mm512_castps_si512(biased);
            let table = _mm512_loadu_si512(ROTATED_TABLE.as_ptr().cast());
            let mantissa = _mm512_permutexvar_epi32(k, table);
            _mm512_castsi512_ps(_mm512_add_epi32(mantissa, _mm512_rol_epi32::<19>(k)))
        }}
    }

    #[inline(always)]
    unsafe fn load(self, from: *const f32) -> __m512 {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe { _mm512_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn gather(self, from: *const f32, offsets: *const u16) -> __m512 {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe {
            let offsets = _mm512_cvtepu16_epi32(_mm256_loadu_si256(offsets.cast()));
            _mm512_i32gather_ps::<4>(offsets, from)
        }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32, value: __m512) {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe { _mm512_storeu_ps(to, value) }
    }
}

impl Permute for Avx512 {
    operations! {
        blend(lanes: u16, yes: __m512, no: __m512) -> __m512 {
            _mm512_mask_blend_ps(lanes, no, yes)
        }
        any_nan(a: __m512) -> bool { _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(a, a) != 0 }
    }

    #[inline(always)]
    unsafe fn load_first(self, from: *const f32, count: usize) -> __m512 {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe { _mm512_maskz_loadu_ps((1 << count) - 1, from) }
    }
    #[inline(always)]
    unsafe fn permute(self, from: __m512, indices: *const u8) -> __m512 {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe {
            let indices = _mm512_cvtepu8_epi32(_mm_loadu_si128(indices.cast()));
            _mm512_permutexvar_ps(indices, from)
        }
    }
}
