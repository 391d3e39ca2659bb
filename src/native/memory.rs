//! Tells V8 how much native memory its objects hold, so that it collects them in time.

use std::cell::Cell;

use napi::{Env, sys};
use napi_derive::napi;

use crate::failure::{Code, Failure};

/// Bytes outside its heap that V8 has been told of in this thread, by whomever.
#[napi(catch_unwind)]
pub fn external_memory(env: &Env) -> napi::Result<f64, Code> {
    let told = env.adjust_external_memory(0);
    Ok(told.map_err(|error| Failure::new("INTERNAL", error.reason.clone()))? as f64)
}

/// How many bytes V8 knows of. They are taken back when this is dropped, as it is with the last
/// JavaScript object that holds it: on the thread of its environment.
pub struct Told {
    env: sys::napi_env,
    bytes: Cell<usize>,
}

impl Told {
    /// Tells of the first bytes.
    pub fn new(env: &Env, bytes: usize) -> Self {
        let told = Self {
            env: env.raw(),
            bytes: Cell::new(0),
        };
        told.set(bytes);
        told
    }

    /// It is so many bytes now. Called on the environment's thread.
    #[inline]
    pub fn set(&self, bytes: usize) {
        if bytes != self.bytes.get() {
            self.change(bytes);
        }
    }

    #[cold]
    fn change(&self, bytes: usize) {
        let more = bytes as i64 - self.bytes.replace(bytes) as i64;
        let mut total = 0;
        // SAFETY: an object of JavaScript holds `self`, so that `env` is alive, and this is its
        // thread; a finalizer, which may be what drops `self`, may call this too.
        unsafe { sys::napi_adjust_external_memory(self.env, more, &mut total) };
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.set(0);
    }
}

/// Calls of one row until a network has made its last layout, with one to spare: neat-core makes
/// it after 64.
const CALLS_TO_SETTLE: u32 = 65;

/// Counts a function's first calls, after which its network does not grow any more, and the
/// cheapest calls need not ask how large it is.
pub struct Settling(Cell<u32>);

impl Default for Settling {
    /// No call yet.
    fn default() -> Self {
        Self(Cell::new(CALLS_TO_SETTLE))
    }
}

impl Settling {
    /// Runs `tell` after each of the first calls.
    #[inline]
    pub fn after_call(&self, tell: impl FnOnce()) {
        if self.0.get() > 0 {
            self.0.set(self.0.get() - 1);
            tell();
        }
    }
}
