//! Compiled networks: the functions that run them.

use std::ffi::CStr;
use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::{Function, Unknown};
use napi::{Env, sys};
use neat_core::Network;

use crate::failure::Result;
use crate::fixed::Fixed;
use crate::function::{self, Callable};
use crate::lengths::{Sizes, batch, batch_arguments, of_rows, row, row_arguments};
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
        let network = &*self.handle.network;
        // SAFETY: the trampoline vouches for `env` and `arguments`; no JavaScript runs.
        let (inputs, outputs) = unsafe { row_arguments(env, arguments, sizes(network)) }?;
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
        let network = &*self.0.network;
        // SAFETY: the trampoline vouches for `env` and `arguments`; no JavaScript runs.
        let (inputs, outputs, rows) = unsafe { batch_arguments(env, arguments, sizes(network)) }?;
        network.feed_forward_batch(inputs, outputs, rows);
        self.0.byte_len();
        Ok(())
    }
}

/// A call on fixed arrays.
struct Bound {
    network: Arc<Network>,
    handle: Rc<Handle>,
    settling: Settling,
    arrays: Fixed,
}

impl Callable for Bound {
    const NAME: &'static CStr = c"bound";
    const ARGUMENTS: usize = 0;

    #[inline]
    unsafe fn call(&self, _env: sys::napi_env, _arguments: &[sys::napi_value]) -> Result<()> {
        let network = &*self.network;
        // SAFETY: `bind` found the lengths right and the two apart, and the caller in
        // src/genome/bound.ts has just found both attached. No JavaScript runs.
        let (inputs, outputs) = unsafe { self.arrays.slices(sizes(network)) };
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
            arrays: Fixed::new(&inputs, &outputs),
        },
    )?;
    function::hold(env, bound, &inputs, &outputs)
}

/// A batch on fixed arrays; see [`Bound`].
struct BoundBatch {
    handle: Rc<Handle>,
    arrays: Fixed,
    rows: usize,
}

impl Callable for BoundBatch {
    const NAME: &'static CStr = c"bound";
    const ARGUMENTS: usize = 0;

    unsafe fn call(&self, _env: sys::napi_env, _arguments: &[sys::napi_value]) -> Result<()> {
        let network = &*self.handle.network;
        // SAFETY: as in `Bound`; `bind_batch` found that the arrays have room for these rows.
        let (inputs, outputs) = unsafe { self.arrays.slices(of_rows(sizes(network), self.rows)) };
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
            arrays: Fixed::new(&inputs, &outputs),
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
