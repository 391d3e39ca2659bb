//! Stops panics where Rust was called by somebody who cannot unwind.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::failure::{Failure, Result};

/// Runs `body`; a panic becomes a failure.
///
/// State that a panic leaves half-changed is not seen again: what is called here is `&self`
/// (networks, populations) or owned by the call.
pub fn guard<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(Failure::panic(&*payload)))
}
