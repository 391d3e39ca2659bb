//! What rows take inside Rust, and what a call takes that computes nothing: for measuring what
//! calls from JavaScript add.

use std::ffi::CStr;
use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

use napi::bindgen_prelude::{External, Function, Unknown};
use napi::{Env, JsValue, sys};
use napi_derive::napi;

use crate::arrays::Span;
use crate::failure::{Code, Result};
use crate::function::{self, Callable};
use crate::lengths::check_batch;
use crate::network::{Handle, sizes};

/// Nanoseconds of `rows` rows' computation as Rust sees it, the mean of `calls`: what calls from
/// JavaScript are measured against. With `waiting` a call is begun when the one before is done;
/// left alone, the processor starts on the next early, which a caller that waits for its answer
/// never sees.
#[napi(catch_unwind)]
pub fn time_feed_forward(
    env: &Env,
    #[napi(ts_arg_type = "ExternalObject<'network'>")] network: &External<Rc<Handle>>,
    #[napi(ts_arg_type = "Float32Array")] inputs: Unknown,
    #[napi(ts_arg_type = "Float32Array")] outputs: Unknown,
    rows: u32,
    calls: u32,
    waiting: bool,
) -> napi::Result<f64, Code> {
    let (inputs, outputs) = read(env, inputs, outputs)?;
    let rows = rows.max(1) as usize;
    let network = &*network.network;
    let (input_length, output_length) = check_batch(sizes(network), &inputs, &outputs, rows)?;
    // SAFETY: both lengths were checked, and the two do not overlap; no JavaScript runs.
    let (inputs, outputs) =
        unsafe { (inputs.slice(input_length), outputs.slice_mut(output_length)) };
    let start = Instant::now();
    for _ in 0..calls {
        let (inputs, outputs) = (black_box(inputs), black_box(&mut *outputs));
        if rows == 1 {
            network.feed_forward(inputs, outputs);
        } else {
            network.feed_forward_batch(inputs, outputs, rows);
        }
        if waiting {
            wait();
        }
    }
    Ok(start.elapsed().as_nanos() as f64 / f64::from(calls.max(1)))
}

/// A bound function that computes nothing: what entering native code takes of every bound call.
#[napi(
    catch_unwind,
    ts_return_type = "{ (): void; readonly inputs: Float32Array; readonly outputs: Float32Array }"
)]
pub fn bind_nothing<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "Float32Array")] inputs: Unknown,
    #[napi(ts_arg_type = "Float32Array")] outputs: Unknown,
) -> napi::Result<Function<'env, (), ()>, Code> {
    let (inputs, outputs) = read(env, inputs, outputs)?;
    let bound = function::create(env, Nothing)?;
    Ok(function::hold(env, bound, &inputs, &outputs)?)
}

struct Nothing;

impl Callable for Nothing {
    const NAME: &'static CStr = c"bound";
    const ARGUMENTS: usize = 0;

    #[inline]
    unsafe fn call(&self, _env: sys::napi_env, _arguments: &[sys::napi_value]) -> Result<()> {
        Ok(())
    }
}

fn read(env: &Env, inputs: Unknown<'_>, outputs: Unknown<'_>) -> Result<(Span<f32>, Span<f32>)> {
    // SAFETY: both are values of the call that is running in `env`.
    unsafe {
        Ok((
            Span::read(env.raw(), inputs.raw(), "inputs")?,
            Span::read(env.raw(), outputs.raw(), "outputs")?,
        ))
    }
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
