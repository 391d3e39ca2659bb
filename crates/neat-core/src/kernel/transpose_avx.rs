//! Tiles of eight and of sixteen rows, for the wider instruction sets.

use std::arch::x86_64::*;

use super::avx2::Avx2;
use super::avx512::Avx512;
use super::transpose::{COLUMNS, Transpose};

/// Transposes the four by four numbers in each half.
///
/// # Safety
/// The machine must have AVX.
#[inline(always)]
unsafe fn turned([a, b, c, d]: [__m256; 4]) -> [__m256; 4] {
    // SAFETY: the caller's obligation.
    unsafe {
        let (ab, cd) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
        let (ab_high, cd_high) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
        [
            _mm256_shuffle_ps::<0x44>(ab, cd),
            _mm256_shuffle_ps::<0xee>(ab, cd),
            _mm256_shuffle_ps::<0x44>(ab_high, cd_high),
            _mm256_shuffle_ps::<0xee>(ab_high, cd_high),
        ]
    }
}

impl Transpose for Avx2 {
    const ROWS: usize = 8;

    #[inline(always)]
    unsafe fn rows_to_slots(self, from: *const f32, between: usize, to: *mut f32, stride: usize) {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe {
            // Row r below, row r + 4 above.
            let mut rows = [_mm256_setzero_ps(); 4];
            for (row, pair) in rows.iter_mut().enumerate() {
                let low = _mm_loadu_ps(from.add(row * between));
                let high = _mm_loadu_ps(from.add((row + 4) * between));
                *pair = _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(low), high);
            }
            for (column, numbers) in turned(rows).into_iter().enumerate() {
                _mm256_storeu_ps(to.add(column * stride), numbers);
            }
        }
    }

    #[inline(always)]
    unsafe fn slots_to_rows(
        self,
        [a, b, c, d]: [*const f32; COLUMNS],
        to: *mut f32,
        between: usize,
    ) {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe {
            let rows = turned([
                _mm256_loadu_ps(a),
                _mm256_loadu_ps(b),
                _mm256_loadu_ps(c),
                _mm256_loadu_ps(d),
            ]);
            for (row, pair) in rows.into_iter().enumerate() {
                _mm_storeu_ps(to.add(row * between), _mm256_castps256_ps128(pair));
                let high = _mm256_extractf128_ps::<1>(pair);
                _mm_storeu_ps(to.add((row + 4) * between), high);
            }
        }
    }
}

/// Transposes the four by four numbers in each quarter.
///
/// # Safety
/// The machine must have AVX-512 F.
#[inline(always)]
unsafe fn turned_quarters([a, b, c, d]: [__m512; 4]) -> [__m512; 4] {
    // SAFETY: the caller's obligation.
    unsafe {
        let (ab, cd) = (_mm512_unpacklo_ps(a, b), _mm512_unpacklo_ps(c, d));
        let (ab_high, cd_high) = (_mm512_unpackhi_ps(a, b), _mm512_unpackhi_ps(c, d));
        [
            _mm512_shuffle_ps::<0x44>(ab, cd),
            _mm512_shuffle_ps::<0xee>(ab, cd),
            _mm512_shuffle_ps::<0x44>(ab_high, cd_high),
            _mm512_shuffle_ps::<0xee>(ab_high, cd_high),
        ]
    }
}

impl Transpose for Avx512 {
    const ROWS: usize = 16;

    #[inline(always)]
    unsafe fn rows_to_slots(self, from: *const f32, between: usize, to: *mut f32, stride: usize) {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe {
            // Rows r, r + 4, r + 8 and r + 12, a quarter each.
            let mut rows = [_mm512_setzero_ps(); 4];
            for (row, quad) in rows.iter_mut().enumerate() {
                let at = |quarter: usize| from.add((row + 4 * quarter) * between);
                let low = _mm256_castps128_ps256(_mm_loadu_ps(at(0)));
                let low = _mm256_insertf128_ps::<1>(low, _mm_loadu_ps(at(1)));
                let high = _mm256_castps128_ps256(_mm_loadu_ps(at(2)));
                let high = _mm256_insertf128_ps::<1>(high, _mm_loadu_ps(at(3)));
                *quad = _mm512_insertf32x8::<1>(_mm512_castps256_ps512(low), high);
            }
            for (column, numbers) in turned_quarters(rows).into_iter().enumerate() {
                _mm512_storeu_ps(to.add(column * stride), numbers);
            }
        }
    }

    #[inline(always)]
    unsafe fn slots_to_rows(
        self,
        [a, b, c, d]: [*const f32; COLUMNS],
        to: *mut f32,
        between: usize,
    ) {
        // SAFETY: the caller's obligation; `self` proves the instructions.
        unsafe {
            let rows = turned_quarters([
                _mm512_loadu_ps(a),
                _mm512_loadu_ps(b),
                _mm512_loadu_ps(c),
                _mm512_loadu_ps(d),
            ]);
            for (row, quad) in rows.into_iter().enumerate() {
                let at = |quarter: usize| to.add((row + 4 * quarter) * between);
                _mm_storeu_ps(at(0), _mm512_castps512_ps128(quad));
                _mm_storeu_ps(at(1), _mm512_extractf32x4_ps::<1>(quad));
                _mm_storeu_ps(at(2), _mm512_extractf32x4_ps::<2>(quad));
                _mm_storeu_ps(at(3), _mm512_extractf32x4_ps::<3>(quad));
            }
        }
    }
}
