//! Stops panics where Rust was called by somebody who cannot unwind.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::failure::{Failure, Result};

/// Runs `body`; a panic becomes a failure.
///
/// What a panic may leave half-changed is numbers, and any are valid: outputs, and the states of
/// recurrent networks. Networks and populations are called by `&self`.
pub fn guard<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(Failure::panic(&*payload)))
}
