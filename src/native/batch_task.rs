//! Batches on another thread.

use std::sync::Arc;

use napi::bindgen_prelude::{AsyncTask, Float32Array, Unknown};
use napi::{Env, Task};
use neat_core::Network;

use crate::failure::Result;
use crate::guard::guard;
use crate::lengths::{Sizes, batch_lengths, read_batch};
use crate::network::sizes;

/// A batch on another thread, on its own copy of the inputs.
pub struct BatchTask {
    network: Arc<Network>,
    inputs: Vec<f32>,
    rows: usize,
}

impl BatchTask {
    /// Copies the inputs of `rows` rows, for whose answers `outputs` has room.
    pub fn new(
        env: &Env,
        network: &Arc<Network>,
        inputs: Unknown<'_>,
        outputs: Unknown<'_>,
        rows: Unknown<'_>,
    ) -> Result<AsyncTask<Self>> {
        let (inputs, rows) = copy_batch(env, sizes(network), inputs, outputs, rows)?;
        Ok(AsyncTask::new(Self {
            network: network.clone(),
            inputs,
            rows,
        }))
    }
}

/// A copy of the inputs of `rows` rows, for whose answers `outputs` has room; and the rows.
pub fn copy_batch(
    env: &Env,
    sizes: Sizes,
    inputs: Unknown<'_>,
    outputs: Unknown<'_>,
    rows: Unknown<'_>,
) -> Result<(Vec<f32>, usize)> {
    let (inputs, outputs, rows) = read_batch(env, inputs, outputs, rows)?;
    let (length, _) = batch_lengths(sizes, &inputs, &outputs, rows)?;
    // SAFETY: the length was checked, and the slice is gone before JavaScript runs.
    let inputs = unsafe { inputs.slice(length) }.to_vec();
    Ok((inputs, rows))
}

impl Task for BatchTask {
    type Output = Vec<f32>;
    type JsValue = Float32Array;

    fn compute(&mut self) -> napi::Result<Vec<f32>> {
        guard(|| {
            let mut outputs = vec![0.0; self.rows * self.network.output_size()];
            self.network
                .feed_forward_batch(&self.inputs, &mut outputs, self.rows);
            Ok(outputs)
        })
        .map_err(napi::Error::from)
    }

    fn resolve(&mut self, _env: Env, outputs: Vec<f32>) -> napi::Result<Float32Array> {
        Ok(Float32Array::new(outputs))
    }
}
