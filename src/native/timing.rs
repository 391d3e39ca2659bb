//! What a row takes inside Rust, for measuring what a call from JavaScript adds.

use std::hint::black_box;
use std::time::Instant;

use napi::Env;
use napi::bindgen_prelude::Unknown;
use neat_core::Network;

use crate::failure::Result;
use crate::network::{row, sizes};

/// Nanoseconds that `network` takes for one row, the mean of `calls`. With `waiting` each is begun
/// when the one before is done; left alone, the processor starts on the next row early, which a
/// caller that waits for its answer never sees.
pub fn time(
    env: &Env,
    network: &Network,
    inputs: Unknown<'_>,
    outputs: Unknown<'_>,
    calls: u32,
    waiting: bool,
) -> Result<f64> {
    let (inputs, outputs) = row(env, sizes(network), inputs, outputs)?;
    // SAFETY: `row` found the lengths right and the two apart; no JavaScript runs.
    let (inputs, outputs) =
        unsafe { (inputs.slice(inputs.len()), outputs.slice_mut(outputs.len())) };
    let start = Instant::now();
    for _ in 0..calls {
        network.feed_forward(black_box(inputs), black_box(&mut *outputs));
        if waiting {
            wait();
        }
    }
    Ok(start.elapsed().as_nanos() as f64 / f64::from(calls.max(1)))
}

/// Lets nothing start until all before is done.
#[cfg(target_arch = "x86_64")]
fn wait() {
    // SAFETY: SSE2, which has this, is part of x86-64.
    unsafe { std::arch::x86_64::_mm_lfence() }
}

/// Elsewhere rows may overlap.
#[cfg(not(target_arch = "x86_64"))]
fn wait() {}
