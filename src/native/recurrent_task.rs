//! Batches of recurrent networks on another thread.

use std::mem;
use std::sync::Arc;

use napi::bindgen_prelude::{AsyncTask, Float32Array, Unknown};
use napi::{Env, Task};

use crate::batch_task::copy_batch;
use crate::failure::Result;
use crate::guard::guard;
use crate::recurrent::{Handle, Recurrent};
use crate::states::States;

/// A batch on another thread: it has a copy of the inputs, and the states until it is gone.
pub struct RecurrentTask {
    recurrent: Arc<Recurrent>,
    states: States,
    inputs: Vec<f32>,
    rows: usize,
}

impl RecurrentTask {
    /// Copies the inputs of `rows` rows, for whose answers `outputs` has room.
    pub fn new(
        env: &Env,
        handle: &Handle,
        inputs: Unknown<'_>,
        outputs: Unknown<'_>,
        rows: Unknown<'_>,
    ) -> Result<AsyncTask<Self>> {
        let recurrent = &handle.recurrent;
        let (inputs, rows) = copy_batch(env, recurrent.sizes(), inputs, outputs, rows)?;
        let mut task = Self {
            states: recurrent.take_states()?,
            recurrent: Arc::clone(recurrent),
            inputs,
            rows,
        };
        task.states.at_least(rows)?;
        handle.tell_of(&task.states);
        Ok(AsyncTask::new(task))
    }
}

impl Task for RecurrentTask {
    type Output = Vec<f32>;
    type JsValue = Float32Array;

    fn compute(&mut self) -> napi::Result<Vec<f32>> {
        guard(|| {
            let network = &self.recurrent.network;
            let mut outputs = vec![0.0; self.rows * network.output_size()];
            let states = self.states.first(self.rows)?;
            network.step_batch(&self.inputs, states, &mut outputs, self.rows);
            Ok(outputs)
        })
        .map_err(napi::Error::from)
    }

    fn resolve(&mut self, _env: Env, outputs: Vec<f32>) -> napi::Result<Float32Array> {
        Ok(Float32Array::new(outputs))
    }
}

/// Node drops a task on the JavaScript thread, once its promise is settled.
impl Drop for RecurrentTask {
    fn drop(&mut self) {
        self.recurrent.give_back(mem::take(&mut self.states));
    }
}
