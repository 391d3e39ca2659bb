//! Which instruction set runs, and the kernels made for it.

use std::fmt;
use std::sync::OnceLock;

use super::groups::Groups;
use super::instances::PORTABLE;
#[cfg(target_arch = "x86_64")]
use super::instances::{AVX2, AVX512};
use super::lockstep::{BlockView, Lockstep};
use super::rows::Rows;
use crate::Error;

/// An instruction set that the kernels are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tier {
    /// Plain Rust, four lanes: every machine.
    Portable,
    /// Eight lanes: x86-64 with AVX2.
    Avx2,
    /// Sixteen lanes: x86-64 with AVX-512 F, BW, DQ and VL.
    Avx512,
}

impl Tier {
    /// Name in `NEATRON_SIMD`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The tiers that this machine has, best first.
    pub fn available() -> Vec<Self> {
        [Self::Avx512, Self::Avx2, Self::Portable]
            .into_iter()
            .filter(|tier| tier.kernels().is_some())
            .collect()
    }

    /// The tier that runs: the best one of the machine, or the one that the
    /// environment variable `NEATRON_SIMD` names (portable, avx2 or avx512).
    /// Looked up once in a process.
    ///
    /// # Errors
    /// [`Error::SimdUnavailable`] if the variable names something that the
    /// machine has not; the best tier runs then.
    pub fn chosen() -> Result<Self, Error> {
        match std::env::var("NEATRON_SIMD") {
            Err(_) => Ok(Self::available()[0]),
            Ok(name) => Self::available()
                .into_iter()
                .find(|tier| tier.name() == name)
                .ok_or(Error::SimdUnavailable { name }),
        }
    }

    pub(crate) fn kernels(self) -> Option<&'static Kernels> {
        match self {
            Self::Portable => Some(&PORTABLE),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 if is_x86_feature_detected!("avx2") => Some(&AVX2),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512
                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl") =>
            {
                Some(&AVX512)
            }
            _ => None,
        }
    }
}

/// Name of the tier that runs in this process: portable, avx2 or avx512.
pub fn simd() -> &'static str {
    Kernels::chosen().tier.name()
}

/// `single::run` for one instruction set.
pub(crate) type Single = unsafe fn(&Groups, *const f32, *mut f32, *mut f32) -> bool;
/// [`plain::run`](super::plain::run) for one instruction set.
type Plain = unsafe fn(Rows<'_>, *const f32, *mut f32, *mut f32);
/// [`batch::run`](super::batch::run) for one instruction set.
type Batch = unsafe fn(Rows<'_>, *const f32, *mut f32, usize, *mut f32);

/// [`lanes::run`](super::lanes::run) for one instruction set.
type Lanes = unsafe fn(&Lockstep, BlockView<'_>, *const f32, *mut f32, usize, *mut f32);

/// A kernel for one row of each of many networks.
#[derive(Clone, Copy)]
pub(crate) struct LanesKernel {
    pub(crate) lanes: usize,
    /// [`lanes::run`](super::lanes::run)
    pub(crate) run: Lanes,
}

/// A kernel for single rows.
#[derive(Clone, Copy)]
pub(crate) struct SingleKernel {
    pub(crate) lanes: usize,
    /// Cost of a step and of a group, about in processor cycles.
    pub(crate) costs: [usize; 2],
    /// `single::run`
    pub(crate) run: Single,
}

/// The kernels of one tier. Their addresses are only handed out by
/// [`Tier::kernels`], after the check that the machine can run them.
pub(crate) struct Kernels {
    pub(crate) tier: Tier,
    pub(crate) lanes: usize,
    /// [`plain::run`](super::plain::run)
    pub(crate) plain: Plain,
    /// Kernels for single rows in the layout of groups, by lanes.
    pub(crate) singles: &'static [SingleKernel],
    /// [`batch::run`](super::batch::run)
    pub(crate) batch: Batch,
    /// For one row of each of many networks.
    pub(crate) lockstep: LanesKernel,
}

impl fmt::Debug for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tier.name())
    }
}

impl Kernels {
    pub(crate) fn of(tier: Tier) -> Result<&'static Self, Error> {
        let name = || tier.name().to_owned();
        tier.kernels()
            .ok_or_else(|| Error::SimdUnavailable { name: name() })
    }

    pub(crate) fn chosen() -> &'static Self {
        static CHOSEN: OnceLock<&Kernels> = OnceLock::new();
        CHOSEN.get_or_init(|| {
            let tier = Tier::chosen().unwrap_or_else(|_| Tier::available()[0]);
            tier.kernels().unwrap_or(&PORTABLE)
        })
    }
}
