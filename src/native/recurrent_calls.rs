//! The functions that run recurrent networks.

use std::ffi::CStr;
use std::rc::Rc;

use napi::sys;

use crate::arguments::rows;
use crate::arrays::Span;
use crate::failure::Result;
use crate::function::Callable;
use crate::lengths::{check_batch, check_row};
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
        // SAFETY: the trampoline vouches for `env` and `arguments`.
        let (inputs, outputs) = unsafe {
            (
                Span::read_any_class(env, arguments[0], "inputs")?,
                Span::read_any_class(env, arguments[1], "outputs")?,
            )
        };
        let recurrent = &*self.handle.recurrent;
        check_row(recurrent.sizes(), &inputs, &outputs)?;
        // SAFETY: `check_row` found the lengths right and the two apart; no JavaScript runs.
        let (inputs, outputs) =
            unsafe { (inputs.slice(inputs.len()), outputs.slice_mut(outputs.len())) };
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
        // SAFETY: the trampoline vouches for `env` and `arguments`.
        let (inputs, outputs, rows) = unsafe {
            (
                Span::<f32>::read_any_class(env, arguments[0], "inputs")?,
                Span::<f32>::read_any_class(env, arguments[1], "outputs")?,
                rows(env, arguments[2])?,
            )
        };
        let recurrent = &*self.0.recurrent;
        let (input_length, output_length) =
            check_batch(recurrent.sizes(), &inputs, &outputs, rows)?;
        // SAFETY: both lengths were checked, and the two do not overlap; no JavaScript runs.
        let (inputs, outputs) =
            unsafe { (inputs.slice(input_length), outputs.slice_mut(output_length)) };
        recurrent.with_states(|states| {
            let network = &recurrent.network;
            network.step_batch(inputs, states.first(rows)?, outputs, rows);
            self.0.tell_of(states);
            Ok(())
        })
    }
}

/// A call on fixed arrays; see `Bound` in network.rs.
pub struct Bound {
    handle: Rc<Handle>,
    settling: Settling,
    inputs: *const f32,
    outputs: *mut f32,
}

impl Bound {
    /// The state of the function; `row` found the two right for the network.
    pub fn new(handle: &Rc<Handle>, inputs: &Span<f32>, outputs: &Span<f32>) -> Self {
        Self {
            handle: Rc::clone(handle),
            settling: Settling::default(),
            inputs: inputs.as_ptr(),
            outputs: outputs.as_ptr(),
        }
    }
}

impl Callable for Bound {
    const NAME: &'static CStr = c"bound";
    const ARGUMENTS: usize = 0;

    #[inline]
    unsafe fn call(&self, _env: sys::napi_env, _arguments: &[sys::napi_value]) -> Result<()> {
        let recurrent = &*self.handle.recurrent;
        let (input_size, output_size) = recurrent.sizes();
        // SAFETY: `row` found the lengths right and the two apart, and the caller in
        // src/genome/bound.ts has just found both arrays attached, so that their memory is where
        // it was. No JavaScript runs until the slices are gone.
        let (inputs, outputs) = unsafe {
            (
                std::slice::from_raw_parts(self.inputs, input_size),
                std::slice::from_raw_parts_mut(self.outputs, output_size),
            )
        };
        recurrent.with_states(|states| {
            recurrent.network.step(inputs, states.first(1)?, outputs);
            Ok(())
        })?;
        self.settling.after_call(|| self.handle.tell());
        Ok(())
    }
}

/// A batch on fixed arrays; see `BoundBatch` in network.rs.
pub struct BoundBatch {
    handle: Rc<Handle>,
    inputs: *const f32,
    outputs: *mut f32,
    rows: usize,
}

impl BoundBatch {
    /// The state of the function; `check_batch` found the two right for these rows.
    pub fn new(handle: &Rc<Handle>, inputs: &Span<f32>, outputs: &Span<f32>, rows: usize) -> Self {
        Self {
            handle: Rc::clone(handle),
            inputs: inputs.as_ptr(),
            outputs: outputs.as_ptr(),
            rows,
        }
    }
}

impl Callable for BoundBatch {
    const NAME: &'static CStr = c"bound";
    const ARGUMENTS: usize = 0;

    unsafe fn call(&self, _env: sys::napi_env, _arguments: &[sys::napi_value]) -> Result<()> {
        let recurrent = &*self.handle.recurrent;
        let (input_size, output_size) = recurrent.sizes();
        // SAFETY: as in `Bound`; `new` was given arrays with room for these rows.
        let (inputs, outputs) = unsafe {
            (
                std::slice::from_raw_parts(self.inputs, self.rows * input_size),
                std::slice::from_raw_parts_mut(self.outputs, self.rows * output_size),
            )
        };
        recurrent.with_states(|states| {
            let network = &recurrent.network;
            network.step_batch(inputs, states.first(self.rows)?, outputs, self.rows);
            self.handle.tell_of(states);
            Ok(())
        })
    }
}
