//! Eight lanes of AVX-512 VL: for networks whose depths are narrow. Half a
//! vector costs half as much on machines that split the whole one, and the
//! masks make choosing lanes cheaper than with AVX2.

use std::arch::x86_64::*;

use super::simd::{Permute, ROTATED_TABLE, Simd};

/// Proof that the machine has AVX-512 with VL.
#[derive(Clone, Copy)]
pub(crate) struct Avx512Half(());

impl Avx512Half {
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

impl Simd for Avx512Half {
    const LANES: usize = 8;
    type V = __m256;

    operations! {
        splat(x: f32) -> __m256 { _mm256_set1_ps(x) }
        one(x: f32) -> __m256 { _mm256_castps128_ps256(_mm_set_ss(x)) }
        first(a: __m256) -> f32 { _mm256_cvtss_f32(a) }
        add(a: __m256, b: __m256) -> __m256 { _mm256_add_ps(a, b) }
        sub(a: __m256, b: __m256) -> __m256 { _mm256_sub_ps(a, b) }
        mul(a: __m256, b: __m256) -> __m256 { _mm256_mul_ps(a, b) }
        div(a: __m256, b: __m256) -> __m256 { _mm256_div_ps(a, b) }
        max(a: __m256, b: __m256) -> __m256 { _mm256_max_ps(a, b) }
        min(a: __m256, b: __m256) -> __m256 { _mm256_min_ps(a, b) }
        at_least(low: f32, a: __m256) -> __m256 {
            // Read as unsigned integers, numbers below 0 ascend from -0 to NaN, and
            // all others lie below them.
            _mm256_castsi256_ps(_mm256_min_epu32(
                _mm256_castps_si256(a),
                _mm256_set1_epi32(low.to_bits().cast_signed()),
            ))
        }
        select_lt(a: __m256, b: __m256, yes: __m256, no: __m256) -> __m256 {
            _mm256_mask_blend_ps(_mm256_cmp_ps_mask::<_CMP_LT_OQ>(a, b), no, yes)
        }
        abs(a: __m256) -> __m256 { _mm256_andnot_ps(_mm256_set1_ps(-0.0), a) }
        negate_if_odd(a: __m256, parity: __m256) -> __m256 {
            _mm256_xor_ps(
                a,
                _mm256_castsi256_ps(_mm256_slli_epi32::<31>(_mm256_castps_si256(parity))),
            )
        }
        exp2_sixteenths(biased: __m256) -> __m256 {{
            let k = _mm256_castps_si256(biased);
            let low = _mm256_loadu_si256(ROTATED_TABLE.as_ptr().cast());
            let high = _mm256_loadu_si256(ROTATED_TABLE.as_ptr().add(8).cast());
            let mantissa = _mm256_permutex2var_epi32(low, k, high);
            _mm256_castsi256_ps(_mm256_add_epi32(mantissa, _mm256_rol_epi32::<19>(k)))
        }}
    }

    #[inline(always)]
    unsafe fn load(self, from: *const f32) -> __m256 {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe { _mm256_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn gather(self, from: *const f32, offsets: *const u16) -> __m256 {
        // Single loads: on many machines the instruction for gathering is slower.
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe {
            _mm256_setr_ps(
                *from.add(*offsets as usize),
                *from.add(*offsets.add(1) as usize),
                *from.add(*offsets.add(2) as usize),
                *from.add(*offsets.add(3) as usize),
                *from.add(*offsets.add(4) as usize),
                *from.add(*offsets.add(5) as usize),
                *from.add(*offsets.add(6) as usize),
                *from.add(*offsets.add(7) as usize),
            )
        }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32, value: __m256) {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe { _mm256_storeu_ps(to, value) }
    }
}

impl Permute for Avx512Half {
    operations! {
        blend(lanes: u16, yes: __m256, no: __m256) -> __m256 {
            _mm256_mask_blend_ps(lanes as u8, no, yes)
        }
        any_nan(a: __m256) -> bool { _mm256_cmp_ps_mask::<_CMP_UNORD_Q>(a, a) != 0 }
    }

    #[inline(always)]
    unsafe fn load_first(self, from: *const f32, count: usize) -> __m256 {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe { _mm256_maskz_loadu_ps((1 << count) - 1, from) }
    }
    #[inline(always)]
    unsafe fn permute(self, from: __m256, indices: *const u8) -> __m256 {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe {
            let indices = _mm256_cvtepu8_epi32(_mm_loadl_epi64(indices.cast()));
            _mm256_permutexvar_ps(indices, from)
        }
    }
}
