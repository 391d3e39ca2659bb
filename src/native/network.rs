//! Compiled networks: the functions that run them.

use std::ffi::CStr;
use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::{Function, Unknown};
use napi::{Env, sys};
use neat_core::Network;

use crate::arguments::rows;
use crate::arrays::Span;
use crate::failure::Result;
use crate::function::{self, Callable};
use crate::lengths::{Sizes, batch, check_batch, check_row, row};
use crate::memory::{Settling, Told};

/// What JavaScript holds of a network; batches on other threads hold the network alone.
pub struct Handle {
    /// The network.
    pub network: Arc<Network>,
    told: Told,
}

impl Handle {
    /// A handle on `network`, of which V8 knows.
    pub fn new(env: &Env, network: Network) -> Rc<Self> {
        let told = Told::new(env, network.byte_len());
        let network = Arc::new(network);
        Rc::new(Self { network, told })
    }

    /// Bytes that the network takes; from now on V8 knows them too.
    #[inline]
    pub fn byte_len(&self) -> usize {
        let bytes = self.network.byte_len();
        self.told.set(bytes);
        bytes
    }
}

/// `feedForward(inputs, outputs)`.
pub struct FeedForward {
    handle: Rc<Handle>,
    settling: Settling,
}

impl FeedForward {
    /// The state of the function.
    pub fn new(handle: &Rc<Handle>) -> Self {
        Self {
            handle: Rc::clone(handle),
            settling: Settling::default(),
        }
    }
}

impl Callable for FeedForward {
    const NAME: &'static CStr = c"feedForward";
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
        let network = &*self.handle.network;
        check_row(sizes(network), &inputs, &outputs)?;
        // SAFETY: `check_row` found the lengths right and the two apart; the network runs no JavaScript.
        let (inputs, outputs) =
            unsafe { (inputs.slice(inputs.len()), outputs.slice_mut(outputs.len())) };
        network.feed_forward(inputs, outputs);
        self.settling.after_call(|| _ = self.handle.byte_len());
        Ok(())
    }
}

/// `feedForwardBatch(inputs, outputs, rows)`.
pub struct FeedForwardBatch(pub Rc<Handle>);

impl Callable for FeedForwardBatch {
    const NAME: &'static CStr = c"feedForwardBatch";
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
        let network = &*self.0.network;
        let (input_length, output_length) = check_batch(sizes(network), &inputs, &outputs, rows)?;
        // SAFETY: both lengths were checked, and the two do not overlap; no JavaScript runs.
        let (inputs, outputs) =
            unsafe { (inputs.slice(input_length), outputs.slice_mut(output_length)) };
        network.feed_forward_batch(inputs, outputs, rows);
        self.0.byte_len();
        Ok(())
    }
}

/// A call on fixed arrays. The addresses stay good while the two arrays are reachable and
/// attached: the function made by [`bind`] holds them as properties, and src/genome/bound.ts
/// checks before each call that they are attached.
struct Bound {
    network: Arc<Network>,
    handle: Rc<Handle>,
    settling: Settling,
    inputs: *const f32,
    outputs: *mut f32,
}

impl Callable for Bound {
    const NAME: &'static CStr = c"bound";
    const ARGUMENTS: usize = 0;

    #[inline]
    unsafe fn call(&self, _env: sys::napi_env, _arguments: &[sys::napi_value]) -> Result<()> {
        let network = &*self.network;
        // SAFETY: `bind` found the lengths right and the two apart, and the caller in
        // src/genome/bound.ts has just found both arrays attached, so that their memory is where
        // it was. No JavaScript runs until the slices are gone.
        let (inputs, outputs) = unsafe {
            (
                std::slice::from_raw_parts(self.inputs, network.input_size()),
                std::slice::from_raw_parts_mut(self.outputs, network.output_size()),
            )
        };
        network.feed_forward(inputs, outputs);
        self.settling.after_call(|| _ = self.handle.byte_len());
        Ok(())
    }
}

/// A function without arguments that runs a network on these arrays. Its properties `inputs` and
/// `outputs` are views of their memory.
pub fn bind<'env>(
    env: &'env Env,
    handle: &Rc<Handle>,
    inputs: Unknown<'_>,
    outputs: Unknown<'_>,
) -> Result<Function<'env, (), ()>> {
    let (inputs, outputs) = row(env, sizes(&handle.network), inputs, outputs)?;
    let bound = function::create(
        env,
        Bound {
            network: Arc::clone(&handle.network),
            handle: Rc::clone(handle),
            settling: Settling::default(),
            inputs: inputs.as_ptr(),
            outputs: outputs.as_ptr(),
        },
    )?;
    function::hold(env, bound, &inputs, &outputs)
}

/// A batch on fixed arrays; see [`Bound`].
struct BoundBatch {
    handle: Rc<Handle>,
    inputs: *const f32,
    outputs: *mut f32,
    rows: usize,
}

impl Callable for BoundBatch {
    const NAME: &'static CStr = c"bound";
    const ARGUMENTS: usize = 0;

    unsafe fn call(&self, _env: sys::napi_env, _arguments: &[sys::napi_value]) -> Result<()> {
        let network = &*self.handle.network;
        // SAFETY: as in `Bound`; `bind_batch` found that the arrays have room for these rows.
        let (inputs, outputs) = unsafe {
            (
                std::slice::from_raw_parts(self.inputs, self.rows * network.input_size()),
                std::slice::from_raw_parts_mut(self.outputs, self.rows * network.output_size()),
            )
        };
        network.feed_forward_batch(inputs, outputs, self.rows);
        self.handle.byte_len();
        Ok(())
    }
}

/// As [`bind`], for the first `rows` rows of arrays that may be longer.
pub fn bind_batch<'env>(
    env: &'env Env,
    handle: &Rc<Handle>,
    inputs: Unknown<'_>,
    outputs: Unknown<'_>,
    rows: Unknown<'_>,
) -> Result<Function<'env, (), ()>> {
    let (inputs, outputs, rows) = batch(env, sizes(&handle.network), inputs, outputs, rows)?;
    let bound = function::create(
        env,
        BoundBatch {
            handle: Rc::clone(handle),
            inputs: inputs.as_ptr(),
            outputs: outputs.as_ptr(),
            rows,
        },
    )?;
    function::hold(env, bound, &inputs, &outputs)
}

/// The lengths that `network` wants.
#[inline]
pub fn sizes(network: &Network) -> Sizes {
    (network.input_size(), network.output_size())
}
