//! Every kernel for every instruction set. Their addresses are only handed out by
//! [`Tier::kernels`], after the check that the machine can run them.

#[cfg(target_arch = "x86_64")]
use super::avx2::Avx2;
#[cfg(target_arch = "x86_64")]
use super::avx512::Avx512;
#[cfg(target_arch = "x86_64")]
use super::avx512_half::Avx512Half;
use super::batch;
#[cfg(target_arch = "x86_64")]
use super::groups::Groups;
use super::lanes;
use super::lockstep::{BlockView, Lockstep};
use super::plain;
use super::portable::Portable;
use super::rows::Rows;
use super::scalar::Scalar;
use super::simd::Simd;
#[cfg(target_arch = "x86_64")]
use super::single;
#[cfg(target_arch = "x86_64")]
use super::tier::SingleKernel;
use super::tier::{Kernels, LanesKernel, Tier};
use super::wide::Wide;

pub(super) static PORTABLE: Kernels = Kernels {
    tier: Tier::Portable,
    lanes: Portable::LANES,
    plain: portable_plain,
    singles: &[],
    batch: portable_batch,
    lockstep: LanesKernel {
        lanes: PORTABLE_VECTORS * Portable::LANES,
        run: portable_lanes,
    },
};

/// # Safety
/// As [`plain::run`].
unsafe fn portable_plain(rows: Rows<'_>, inputs: *const f32, outputs: *mut f32, values: *mut f32) {
    // SAFETY: the caller's obligation.
    unsafe { plain::run(Scalar, rows, inputs, outputs, values) }
}

/// # Safety
/// As [`batch::run`].
unsafe fn portable_batch(
    rows: Rows<'_>,
    inputs: *const f32,
    outputs: *mut f32,
    count: usize,
    values: *mut f32,
) {
    // SAFETY: the caller's obligation.
    unsafe { batch::run(Portable, rows, inputs, outputs, count, values) }
}

/// Vectors of networks in a block; more would not find registers.
const PORTABLE_VECTORS: usize = 2;

/// # Safety
/// As [`lanes::run`].
unsafe fn portable_lanes(
    layout: &Lockstep,
    block: BlockView<'_>,
    inputs: *const f32,
    outputs: *mut f32,
    count: usize,
    values: *mut f32,
) {
    let wide = Wide::<_, PORTABLE_VECTORS>(Portable);
    // SAFETY: the caller's obligation.
    unsafe { lanes::run(wide, layout, block, inputs, outputs, count, values) }
}

/// A kernel for single rows as a function compiled for its features.
#[cfg(target_arch = "x86_64")]
macro_rules! single {
    ($set:ident, $features:literal, $costs:expr) => {{
        #[target_feature(enable = $features)]
        unsafe fn run(
            layout: &Groups,
            inputs: *const f32,
            outputs: *mut f32,
            values: *mut f32,
        ) -> bool {
            // SAFETY: `Tier::kernels` checked the features; the rest is the
            // caller's obligation.
            unsafe { single::run($set::assume(), layout, inputs, outputs, values) }
        }
        SingleKernel {
            lanes: $set::LANES,
            costs: $costs,
            run,
        }
    }};
}

/// The plain kernel as a function compiled for its features.
#[cfg(target_arch = "x86_64")]
macro_rules! plain {
    ($set:ident, $features:literal) => {{
        #[target_feature(enable = $features)]
        unsafe fn run(rows: Rows<'_>, inputs: *const f32, outputs: *mut f32, values: *mut f32) {
            // SAFETY: `Tier::kernels` checked the features; the rest is the
            // caller's obligation.
            unsafe { plain::run($set::assume(), rows, inputs, outputs, values) }
        }
        run
    }};
}

/// A kernel for batches as a function compiled for its features.
#[cfg(target_arch = "x86_64")]
macro_rules! batch {
    ($set:ident, $features:literal) => {{
        #[target_feature(enable = $features)]
        unsafe fn run(
            rows: Rows<'_>,
            inputs: *const f32,
            outputs: *mut f32,
            count: usize,
            values: *mut f32,
        ) {
            // SAFETY: `Tier::kernels` checked the features; the rest is the
            // caller's obligation.
            unsafe { batch::run($set::assume(), rows, inputs, outputs, count, values) }
        }
        run
    }};
}

/// The kernel for many networks as a function compiled for its features.
#[cfg(target_arch = "x86_64")]
macro_rules! lanes {
    ($set:ident, $features:literal) => {{
        #[target_feature(enable = $features)]
        unsafe fn run(
            layout: &Lockstep,
            block: BlockView<'_>,
            inputs: *const f32,
            outputs: *mut f32,
            count: usize,
            values: *mut f32,
        ) {
            // SAFETY: `Tier::kernels` checked the features; the rest is the
            // caller's obligation.
            unsafe {
                let wide = Wide::<_, { lanes::VECTORS }>($set::assume());
                lanes::run(wide, layout, block, inputs, outputs, count, values);
            }
        }
        LanesKernel {
            lanes: lanes::VECTORS * $set::LANES,
            run,
        }
    }};
}

#[cfg(target_arch = "x86_64")]
pub(super) static AVX2: Kernels = Kernels {
    tier: Tier::Avx2,
    lanes: Avx2::LANES,
    plain: plain!(Avx2, "avx2"),
    singles: &[single!(Avx2, "avx2", [4, 85])],
    batch: batch!(Avx2, "avx2"),
    lockstep: lanes!(Avx2, "avx2"),
};

#[cfg(target_arch = "x86_64")]
pub(super) static AVX512: Kernels = Kernels {
    tier: Tier::Avx512,
    lanes: Avx512::LANES,
    plain: plain!(Avx512Half, "avx512f,avx512bw,avx512dq,avx512vl"),
    singles: &[
        single!(Avx512Half, "avx512f,avx512bw,avx512dq,avx512vl", [4, 75]),
        single!(Avx512, "avx512f,avx512bw,avx512dq,avx512vl", [4, 95]),
    ],
    batch: batch!(Avx512, "avx512f,avx512bw,avx512dq,avx512vl"),
    lockstep: lanes!(Avx512Half, "avx512f,avx512bw,avx512dq,avx512vl"),
};
