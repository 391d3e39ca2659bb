//! Feed-forward arithmetic. One algorithm over a small vector trait.

pub(crate) mod activate;
pub(crate) mod scalar;
pub(crate) mod simd;
