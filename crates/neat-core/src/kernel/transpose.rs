//! Between rows as callers have them and slots as lanes have them, in tiles of
//! four columns: storing one number at a time would take as long as computing.

use super::portable::Portable;
use super::simd::Simd;

/// Columns in a tile.
pub(crate) const COLUMNS: usize = 4;

/// An instruction set that turns tiles of [`Transpose::ROWS`] rows.
pub(crate) trait Transpose: Simd {
    /// Rows in a tile.
    const ROWS: usize;
    /// Copies a tile from rows to columns; each are so far apart.
    ///
    /// # Safety
    /// Rows must be readable, columns writable.
    unsafe fn rows_to_slots(self, from: *const f32, between: usize, to: *mut f32, stride: usize);
    /// Copies a tile from columns to rows, which are so far apart.
    ///
    /// # Safety
    /// Columns must be readable, rows writable.
    unsafe fn slots_to_rows(self, from: [*const f32; COLUMNS], to: *mut f32, between: usize);
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn turned(rows: [[f32; 4]; 4]) -> [[f32; 4]; 4] {
    std::array::from_fn(|i| std::array::from_fn(|j| rows[j][i]))
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn turned(rows: [[f32; 4]; 4]) -> [[f32; 4]; 4] {
    use std::arch::x86_64::{
        __m128, _mm_movehl_ps, _mm_movelh_ps, _mm_unpackhi_ps, _mm_unpacklo_ps,
    };
    // SAFETY: SSE2 is in every x86-64, and both types are four times four numbers.
    unsafe {
        let [a, b, c, d] = std::mem::transmute::<[[f32; 4]; 4], [__m128; 4]>(rows);
        let (ab, cd) = (_mm_unpacklo_ps(a, b), _mm_unpacklo_ps(c, d));
        let (ab_high, cd_high) = (_mm_unpackhi_ps(a, b), _mm_unpackhi_ps(c, d));
        std::mem::transmute::<[__m128; 4], [[f32; 4]; 4]>([
            _mm_movelh_ps(ab, cd),
            _mm_movehl_ps(cd, ab),
            _mm_movelh_ps(ab_high, cd_high),
            _mm_movehl_ps(cd_high, ab_high),
        ])
    }
}

impl Transpose for Portable {
    const ROWS: usize = 4;

    #[inline(always)]
    unsafe fn rows_to_slots(self, from: *const f32, between: usize, to: *mut f32, stride: usize) {
        // SAFETY: the caller's obligation; reads and writes are unaligned.
        unsafe {
            let row = |row: usize| from.add(row * between).cast::<[f32; 4]>();
            let columns = turned(std::array::from_fn(|at| row(at).read_unaligned()));
            for (column, numbers) in columns.into_iter().enumerate() {
                let to = to.add(column * stride).cast::<[f32; 4]>();
                to.write_unaligned(numbers);
            }
        }
    }

    #[inline(always)]
    unsafe fn slots_to_rows(self, from: [*const f32; COLUMNS], to: *mut f32, between: usize) {
        // SAFETY: the caller's obligation; reads and writes are unaligned.
        unsafe {
            let rows = turned(from.map(|column| column.cast::<[f32; 4]>().read_unaligned()));
            for (row, numbers) in rows.into_iter().enumerate() {
                let to = to.add(row * between).cast::<[f32; 4]>();
                to.write_unaligned(numbers);
            }
        }
    }
}

/// Copies `rows` rows of `columns` numbers to columns that are `stride` apart.
///
/// # Safety
/// `from` must hold `rows` x `columns` numbers, `to` `columns` x `stride`, and
/// `stride` be at least `rows`.
#[inline(always)]
pub(crate) unsafe fn rows_to_slots<S: Transpose>(
    s: S,
    from: *const f32,
    rows: usize,
    columns: usize,
    to: *mut f32,
    stride: usize,
) {
    let (tiled_rows, tiled) = (rows / S::ROWS * S::ROWS, columns / COLUMNS * COLUMNS);
    // SAFETY: rows stay below `rows` and columns below `columns`.
    unsafe {
        for row in (0..tiled_rows).step_by(S::ROWS) {
            let from = from.add(row * columns);
            for column in (0..tiled).step_by(COLUMNS) {
                let to = to.add(column * stride + row);
                s.rows_to_slots(from.add(column), columns, to, stride);
            }
        }
        for column in 0..columns {
            let first = if column < tiled { tiled_rows } else { 0 };
            for row in first..rows {
                *to.add(column * stride + row) = *from.add(row * columns + column);
            }
        }
    }
}

/// Copies slots, `stride` apart, to `rows` rows of `slots.len()` numbers.
///
/// # Safety
/// `from` must hold `stride` numbers for each of the slots, `stride` be at least
/// `rows`, and `to` have room for the rows.
#[inline(always)]
pub(crate) unsafe fn slots_to_rows<S: Transpose>(
    s: S,
    from: *const f32,
    slots: &[u32],
    stride: usize,
    to: *mut f32,
    rows: usize,
) {
    let columns = slots.len();
    let (tiled_rows, tiled) = (rows / S::ROWS * S::ROWS, columns / COLUMNS * COLUMNS);
    // SAFETY: rows stay below `rows` and columns below `columns`.
    unsafe {
        for (at, &[a, b, c, d]) in slots.as_chunks::<COLUMNS>().0.iter().enumerate() {
            let lanes = [
                from.add(a as usize * stride),
                from.add(b as usize * stride),
                from.add(c as usize * stride),
                from.add(d as usize * stride),
            ];
            let to = to.add(at * COLUMNS);
            for row in (0..tiled_rows).step_by(S::ROWS) {
                let [a, b, c, d] = lanes;
                let lanes = [a.add(row), b.add(row), c.add(row), d.add(row)];
                s.slots_to_rows(lanes, to.add(row * columns), columns);
            }
        }
        for (column, &slot) in slots.iter().enumerate() {
            let slot = from.add(slot as usize * stride);
            let first = if column < tiled { tiled_rows } else { 0 };
            for row in first..rows {
                *to.add(row * columns + column) = *slot.add(row);
            }
        }
    }
}
