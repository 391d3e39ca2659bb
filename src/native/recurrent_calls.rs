//! The functions that run recurrent networks.

use std::ffi::CStr;
use std::rc::Rc;

use napi::sys;

use crate::arrays::Span;
use crate::failure::Result;
use crate::fixed::Fixed;
use crate::function::Callable;
use crate::lengths::{batch_arguments, of_rows, row_arguments};
use crate::memory::Settling;
use crate::recurrent::Handle;

/// `step(inputs, outputs)`.
pub struct Step {
    handle: Rc<Handle>,
    settling: Settling,
}

impl Step {
    /// The state of the function.
    pub fn new(handle: &Rc<Handle>) -> Self {
        Self {
            handle: Rc::clone(handle),
            settling: Settling::default(),
        }
    }
}

impl Callable for Step {
    const NAME: &'static CStr = c"step";
    const ARGUMENTS: usize = 2;

    #[inline]
    unsafe fn call(&self, env: sys::napi_env, arguments: &[sys::napi_value]) -> Result<()> {
        let recurrent = &*self.handle.recurrent;
        // SAFETY: the trampoline vouches for `env` and `arguments`; no JavaScript runs.
        let (inputs, outputs) = unsafe { row_arguments(env, arguments, recurrent.sizes()) }?;
        recurrent.with_states(|states| {
            recurrent.network.step(inputs, states.first(1)?, outputs);
            Ok(())
        })?;
        self.settling.after_call(|| self.handle.tell());
        Ok(())
    }
}

/// `stepBatch(inputs, outputs, rows)`.
pub struct StepBatch(pub Rc<Handle>);

impl Callable for StepBatch {
    const NAME: &'static CStr = c"stepBatch";
    const ARGUMENTS: usize = 3;

    unsafe fn call(&self, env: sys::napi_env, arguments: &[sys::napi_value]) -> Result<()> {
        let recurrent = &*self.0.recurrent;
        // SAFETY: the trampoline vouches for `env` and `arguments`; no JavaScript runs.
        let (inputs, outputs, rows) =
            unsafe { batch_arguments(env, arguments, recurrent.sizes()) }?;
        recurrent.with_states(|states| {
            let network = &recurrent.network;
            network.step_batch(inputs, states.first(rows)?, outputs, rows);
            self.0.tell_of(states);
            Ok(())
        })
    }
}

/// A call on fixed arrays.
pub struct Bound {
    handle: Rc<Handle>,
    settling: Settling,
    arrays: Fixed,
}

impl Bound {
    /// The state of the function; `row` found the two right for the network.
    pub fn new(handle: &Rc<Handle>, inputs: &Span<f32>, outputs: &Span<f32>) -> Self {
        Self {
            handle: Rc::clone(handle),
            settling: Settling::default(),
            arrays: Fixed::new(inputs, outputs),
        }
    }
}

impl Callable for Bound {
    const NAME: &'static CStr = c"bound";
    const ARGUMENTS: usize = 0;

    #[inline]
    unsafe fn call(&self, _env: sys::napi_env, _arguments: &[sys::napi_value]) -> Result<()> {
        let recurrent = &*self.handle.recurrent;
        // SAFETY: `row` found the lengths right and the two apart, and the caller in
        // src/genome/bound.ts has just found both attached. No JavaScript runs.
        let (inputs, outputs) = unsafe { self.arrays.slices(recurrent.sizes()) };
        recurrent.with_states(|states| {
            recurrent.network.step(inputs, states.first(1)?, outputs);
            Ok(())
        })?;
        self.settling.after_call(|| self.handle.tell());
        Ok(())
    }
}

/// A batch on fixed arrays.
pub struct BoundBatch {
    handle: Rc<Handle>,
    arrays: Fixed,
    rows: usize,
}

impl BoundBatch {
    /// The state of the function; `check_batch` found the two right for these rows.
    pub fn new(handle: &Rc<Handle>, inputs: &Span<f32>, outputs: &Span<f32>, rows: usize) -> Self {
        Self {
            handle: Rc::clone(handle),
            arrays: Fixed::new(inputs, outputs),
            rows,
        }
    }
}

impl Callable for BoundBatch {
    const NAME: &'static CStr = c"bound";
    const ARGUMENTS: usize = 0;

    unsafe fn call(&self, _env: sys::napi_env, _arguments: &[sys::napi_value]) -> Result<()> {
        let recurrent = &*self.handle.recurrent;
        // SAFETY: as in `Bound`; `new` was given arrays with room for these rows.
        let (inputs, outputs) =
            unsafe { self.arrays.slices(of_rows(recurrent.sizes(), self.rows)) };
        recurrent.with_states(|states| {
            let network = &recurrent.network;
            network.step_batch(inputs, states.first(self.rows)?, outputs, self.rows);
            self.handle.tell_of(states);
            Ok(())
        })
    }
}
