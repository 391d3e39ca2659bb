//! Recurrent networks: what they hold, and the exports.
//!
//! A handle holds the network and its states, one for each row. All its functions share them.

use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use napi::Env;
use napi::bindgen_prelude::{AsyncTask, External, Function, Unknown};
use napi_derive::napi;
use neat_core::RecurrentNetwork;

use crate::failure::{Code, Failure, Result};
use crate::function;
use crate::genome;
use crate::lengths::{Sizes, batch, row};
use crate::memory::Told;
use crate::plan::Plan;
use crate::recurrent_calls::{Bound, BoundBatch, Step, StepBatch};
use crate::recurrent_task::RecurrentTask;
use crate::states::States;

/// A recurrent network and its states.
pub struct Recurrent {
    /// The network, which keeps no state itself.
    pub network: RecurrentNetwork,
    /// None while a batch on another thread has them. Only that task ever holds them outside of
    /// the JavaScript thread, so the lock is always free.
    states: Mutex<Option<States>>,
}

impl Recurrent {
    /// Lengths of rows.
    #[inline]
    pub fn sizes(&self) -> Sizes {
        (self.network.input_size(), self.network.output_size())
    }

    /// Runs `body` on the states.
    #[inline]
    pub fn with_states<T>(&self, body: impl FnOnce(&mut States) -> Result<T>) -> Result<T> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        body(states.as_mut().ok_or_else(busy)?)
    }

    /// Takes the states away, to be given back.
    pub fn take_states(&self) -> Result<States> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.take().ok_or_else(busy)
    }

    /// Puts back what was taken.
    pub fn give_back(&self, taken: States) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        *states = Some(taken);
    }
}

/// What JavaScript holds of a recurrent network; batches on other threads hold the network alone.
pub struct Handle {
    /// The network and its states.
    pub recurrent: Arc<Recurrent>,
    told: Told,
}

impl Handle {
    /// Lets V8 know what the network and its states take, unless another thread has these.
    #[cold]
    pub fn tell(&self) {
        let network = self.recurrent.network.byte_len();
        // Busy states have been told of when the batch was begun.
        let _ = self.recurrent.with_states(|states| {
            self.told.set(network + states.byte_len());
            Ok(())
        });
    }

    /// Lets V8 know of states that are on their way to another thread.
    pub fn tell_of(&self, states: &States) {
        self.told
            .set(self.recurrent.network.byte_len() + states.byte_len());
    }
}

#[cold]
fn busy() -> Failure {
    Failure::new(
        "NETWORK_BUSY",
        "feedForwardBatchAsync is still moving the states of this recurrent network on; await it \
         before the next call",
    )
}

/// One step of a packed genome as a recurrent network, for exporters: a plan of one depth, whose
/// inputs are the genome's and then the state, and whose outputs are the next state. The state
/// begins with the genome's outputs, and is made as long as `atLeast`.
#[napi(catch_unwind)]
pub fn plan_recurrent(
    env: &Env,
    #[napi(ts_arg_type = "Uint32Array")] words: Unknown,
    at_least: u32,
) -> napi::Result<Plan, Code> {
    // Padding costs memory here, so hostile numbers are cut; no genome's state is as long.
    let at_least = at_least.min(1 << 20) as usize;
    Ok(genome(env, words)?.recurrent_plan(at_least).into())
}

/// A compiled recurrent network, with states of its own.
#[napi(catch_unwind, ts_return_type = "ExternalObject<'recurrent'>")]
pub fn compile_recurrent(
    env: &Env,
    #[napi(ts_arg_type = "Uint32Array")] words: Unknown,
) -> napi::Result<External<Rc<Handle>>, Code> {
    let network = genome(env, words)?.compile_recurrent();
    let told = Told::new(env, network.byte_len());
    let states = Mutex::new(Some(States::new(network.state_size())));
    let recurrent = Arc::new(Recurrent { network, states });
    Ok(External::new(Rc::new(Handle { recurrent, told })))
}

/// Bytes that a compiled recurrent network takes, its states not included.
#[napi(catch_unwind)]
pub fn recurrent_byte_length(
    #[napi(ts_arg_type = "ExternalObject<'recurrent'>")] recurrent: &External<Rc<Handle>>,
) -> f64 {
    recurrent.tell();
    recurrent.recurrent.network.byte_len() as f64
}

/// Numbers in a state.
#[napi(catch_unwind)]
pub fn recurrent_state_size(
    #[napi(ts_arg_type = "ExternalObject<'recurrent'>")] recurrent: &External<Rc<Handle>>,
) -> u32 {
    recurrent.recurrent.network.state_size() as u32
}

/// Zeros the state of one row, or of all.
#[napi(catch_unwind)]
pub fn reset_recurrent(
    #[napi(ts_arg_type = "ExternalObject<'recurrent'>")] recurrent: &External<Rc<Handle>>,
    row: Option<u32>,
) -> napi::Result<(), Code> {
    recurrent.recurrent.with_states(|states| {
        states.reset(row);
        Ok(())
    })?;
    Ok(())
}

/// The function `(inputs, outputs)` that moves row 0 on by one step.
#[napi(
    catch_unwind,
    ts_return_type = "(inputs: Float32Array, outputs: Float32Array) => void"
)]
pub fn step_function<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'recurrent'>")] recurrent: &External<Rc<Handle>>,
) -> napi::Result<Function<'env, (), ()>, Code> {
    Ok(function::create(env, Step::new(recurrent))?)
}

/// The function `(inputs, outputs, rows)` that moves the first rows on by one step.
#[napi(
    catch_unwind,
    ts_return_type = "(inputs: Float32Array, outputs: Float32Array, rows: number) => void"
)]
pub fn step_batch_function<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'recurrent'>")] recurrent: &External<Rc<Handle>>,
) -> napi::Result<Function<'env, (), ()>, Code> {
    Ok(function::create(env, StepBatch(Rc::clone(recurrent)))?)
}

/// A function without arguments that moves row 0 on by one step on these arrays; as `bindNetwork`.
#[napi(
    catch_unwind,
    ts_return_type = "{ (): void; readonly inputs: Float32Array; readonly outputs: Float32Array }"
)]
pub fn bind_recurrent<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'recurrent'>")] recurrent: &External<Rc<Handle>>,
    #[napi(ts_arg_type = "Float32Array")] inputs: Unknown,
    #[napi(ts_arg_type = "Float32Array")] outputs: Unknown,
) -> napi::Result<Function<'env, (), ()>, Code> {
    let (inputs, outputs) = row(env, recurrent.recurrent.sizes(), inputs, outputs)?;
    let bound = function::create(env, Bound::new(recurrent, &inputs, &outputs))?;
    Ok(function::hold(env, bound, &inputs, &outputs)?)
}

/// A function without arguments that moves the first rows on by one step on these arrays; as
/// `bindNetwork`.
#[napi(
    catch_unwind,
    ts_return_type = "{ (): void; readonly inputs: Float32Array; readonly outputs: Float32Array }"
)]
pub fn bind_recurrent_batch<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'recurrent'>")] recurrent: &External<Rc<Handle>>,
    #[napi(ts_arg_type = "Float32Array")] inputs: Unknown,
    #[napi(ts_arg_type = "Float32Array")] outputs: Unknown,
    #[napi(ts_arg_type = "number")] rows: Unknown,
) -> napi::Result<Function<'env, (), ()>, Code> {
    let (inputs, outputs, rows) = batch(env, recurrent.recurrent.sizes(), inputs, outputs, rows)?;
    let bound = BoundBatch::new(recurrent, &inputs, &outputs, rows);
    let bound = function::create(env, bound)?;
    Ok(function::hold(env, bound, &inputs, &outputs)?)
}

/// Moves the first rows on by one step on another thread, from a copy of the inputs; as
/// `feedForwardBatchAsync`. The network is busy until the promise is settled.
#[napi(catch_unwind, ts_return_type = "Promise<Float32Array>")]
pub fn step_batch_async(
    env: &Env,
    #[napi(ts_arg_type = "ExternalObject<'recurrent'>")] recurrent: &External<Rc<Handle>>,
    #[napi(ts_arg_type = "Float32Array")] inputs: Unknown,
    #[napi(ts_arg_type = "Float32Array")] outputs: Unknown,
    #[napi(ts_arg_type = "number")] rows: Unknown,
) -> napi::Result<AsyncTask<RecurrentTask>, Code> {
    Ok(RecurrentTask::new(env, recurrent, inputs, outputs, rows)?)
}
