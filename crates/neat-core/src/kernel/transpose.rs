//! Between rows as callers have them and slots as lanes have them, in tiles of
//! four by four: storing one number at a time would take as long as computing.

const TILE: usize = 4;

type Tile = [[f32; TILE]; TILE];

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn transposed(rows: Tile) -> Tile {
    std::array::from_fn(|i| std::array::from_fn(|j| rows[j][i]))
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn transposed(rows: Tile) -> Tile {
    use std::arch::x86_64::{
        __m128, _mm_movehl_ps, _mm_movelh_ps, _mm_unpackhi_ps, _mm_unpacklo_ps,
    };
    // SAFETY: SSE2 is in every x86-64, and both types are 4 numbers.
    unsafe {
        let [a, b, c, d] = std::mem::transmute::<Tile, [__m128; TILE]>(rows);
        let (ab, cd) = (_mm_unpacklo_ps(a, b), _mm_unpacklo_ps(c, d));
        let (ab_high, cd_high) = (_mm_unpackhi_ps(a, b), _mm_unpackhi_ps(c, d));
        std::mem::transmute::<[__m128; TILE], Tile>([
            _mm_movelh_ps(ab, cd),
            _mm_movehl_ps(cd, ab),
            _mm_movelh_ps(ab_high, cd_high),
            _mm_movehl_ps(cd_high, ab_high),
        ])
    }
}

/// Copies `rows` rows of `columns` numbers to columns that are `stride` apart.
///
/// # Safety
/// `from` must hold `rows` x `columns` numbers, `to` `columns` x `stride`, and
/// `stride` be at least `rows`.
#[inline(always)]
pub(crate) unsafe fn rows_to_slots(
    from: *const f32,
    rows: usize,
    columns: usize,
    to: *mut f32,
    stride: usize,
) {
    let tiled = columns / TILE * TILE;
    let mut row = 0;
    // SAFETY: rows stay below `rows` and columns below `columns`.
    unsafe {
        while row + TILE <= rows {
            let from = from.add(row * columns);
            for column in (0..tiled).step_by(TILE) {
                let tile = transposed(std::array::from_fn(|r| {
                    from.add(r * columns + column)
                        .cast::<[f32; TILE]>()
                        .read_unaligned()
                }));
                for (c, lanes) in tile.into_iter().enumerate() {
                    let to = to.add((column + c) * stride + row);
                    to.cast::<[f32; TILE]>().write_unaligned(lanes);
                }
            }
            for column in tiled..columns {
                let lanes: [f32; TILE] = std::array::from_fn(|r| *from.add(r * columns + column));
                let to = to.add(column * stride + row);
                to.cast::<[f32; TILE]>().write_unaligned(lanes);
            }
            row += TILE;
        }
        for row in row..rows {
            for column in 0..columns {
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
pub(crate) unsafe fn slots_to_rows(
    from: *const f32,
    slots: &[u32],
    stride: usize,
    to: *mut f32,
    rows: usize,
) {
    let columns = slots.len();
    let tiled = columns / TILE * TILE;
    // SAFETY: rows stay below `rows` and columns below `columns`.
    unsafe {
        for column in (0..tiled).step_by(TILE) {
            let lanes: [*const f32; TILE] =
                std::array::from_fn(|c| from.add(slots[column + c] as usize * stride));
            let mut row = 0;
            while row + TILE <= rows {
                let tile = transposed(
                    lanes.map(|slot| slot.add(row).cast::<[f32; TILE]>().read_unaligned()),
                );
                for (r, numbers) in tile.into_iter().enumerate() {
                    let to = to.add((row + r) * columns + column);
                    to.cast::<[f32; TILE]>().write_unaligned(numbers);
                }
                row += TILE;
            }
            for row in row..rows {
                for (c, slot) in lanes.into_iter().enumerate() {
                    *to.add(row * columns + column + c) = *slot.add(row);
                }
            }
        }
        for (column, &slot) in slots.iter().enumerate().skip(tiled) {
            let slot = from.add(slot as usize * stride);
            for row in 0..rows {
                *to.add(row * columns + column) = *slot.add(row);
            }
        }
    }
}
