//! Feed-forward arithmetic: each algorithm once, over a small vector trait, and
//! instantiated for each instruction set.

pub(crate) mod activate;
#[cfg(test)]
mod agreement;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod avx512_half;
pub(crate) mod batch;
pub(crate) mod groups;
mod instances;
mod lanes;
pub(crate) mod lockstep;
mod mixed;
pub(crate) mod plain;
mod portable;
pub(crate) mod rows;
pub(crate) mod scalar;
pub(crate) mod scratch;
pub(crate) mod simd;
pub(crate) mod single;
pub(crate) mod tier;
mod transpose;
#[cfg(target_arch = "x86_64")]
mod transpose_avx;
mod wide;
