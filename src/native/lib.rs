//! The addon: converts, validates, and calls neat-core. Nothing else.
//!
//! These exports are for src/native/addon.ts, which alone imports them; users meet them as the
//! classes of src/genome.
//!
//! Where JavaScript calls often, it is handed plain functions that carry their state
//! ([`function`]), made on demand from a handle (an `External`), because they cost about a
//! microsecond to make and a population of networks may never need them.

mod arguments;
mod arrays;
mod batch_task;
mod failure;
mod fixed;
mod function;
mod guard;
mod lengths;
pub mod memory;
mod network;
mod plan;
mod population;
mod random;
pub mod recurrent;
mod recurrent_calls;
pub mod recurrent_population;
mod recurrent_task;
mod states;
pub mod timing;

use std::rc::Rc;

use napi::bindgen_prelude::{AsyncTask, External, Function, Uint32ArraySlice, Unknown};
use napi::{Env, JsValue, Result};
use napi_derive::napi;
use neat_core::{Activation, Genome, Tier};

use crate::arrays::Span;
use crate::batch_task::BatchTask;
use crate::failure::{Code, Failure};
use crate::network::{FeedForward, FeedForwardBatch, Handle};
use crate::plan::Plan;
use crate::population::Disposable;
use crate::random::RandomOptions;

/// Names of the activations, in the order of their numbers in packed genomes.
#[napi(catch_unwind)]
pub fn activation_names() -> Vec<&'static str> {
    Activation::NAMES.to_vec()
}

/// The instruction set that the kernels use: portable, avx2 or avx512.
#[napi(catch_unwind)]
pub fn simd() -> Result<&'static str, Code> {
    Ok(Tier::chosen().map_err(Failure::from)?.name())
}

/// Throws unless `words` are a valid packed genome.
#[napi(catch_unwind)]
pub fn validate_genome(
    env: &Env,
    #[napi(ts_arg_type = "Uint32Array")] words: Unknown,
) -> Result<(), Code> {
    genome(env, words)?;
    Ok(())
}

/// Packs the genome that a JSON text describes.
#[napi(catch_unwind, ts_return_type = "Uint32Array")]
pub fn genome_from_json(env: &Env, text: String) -> Result<Uint32ArraySlice<'_>, Code> {
    let genome = Genome::from_json(&text).map_err(Failure::from)?;
    Ok(pack(env, &genome)?)
}

/// The JSON text of a packed genome.
#[napi(catch_unwind)]
pub fn genome_to_json(
    env: &Env,
    #[napi(ts_arg_type = "Uint32Array")] words: Unknown,
) -> Result<String, Code> {
    Ok(genome(env, words)?.to_json())
}

/// Packs a random genome.
#[napi(catch_unwind, ts_return_type = "Uint32Array")]
pub fn random_genome(env: &Env, options: RandomOptions) -> Result<Uint32ArraySlice<'_>, Code> {
    Ok(pack(env, &options.genome()?)?)
}

/// The order in which a packed genome's nodes are computed, for exporters.
#[napi(catch_unwind)]
pub fn plan_genome(
    env: &Env,
    #[napi(ts_arg_type = "Uint32Array")] words: Unknown,
) -> Result<Plan, Code> {
    Ok(genome(env, words)?.plan().map_err(Failure::from)?.into())
}

/// A compiled network.
#[napi(catch_unwind, ts_return_type = "ExternalObject<'network'>")]
pub fn compile_network(
    env: &Env,
    #[napi(ts_arg_type = "Uint32Array")] words: Unknown,
) -> Result<External<Rc<Handle>>, Code> {
    let network = genome(env, words)?.compile().map_err(Failure::from)?;
    Ok(External::new(Handle::new(env, network)))
}

/// Bytes that a compiled network takes, with the layouts that it has made so far.
#[napi(catch_unwind)]
pub fn network_byte_length(
    #[napi(ts_arg_type = "ExternalObject<'network'>")] network: &External<Rc<Handle>>,
) -> f64 {
    network.byte_len() as f64
}

/// The function `(inputs, outputs)` that computes one row.
#[napi(
    catch_unwind,
    ts_return_type = "(inputs: Float32Array, outputs: Float32Array) => void"
)]
pub fn feed_forward_function<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'network'>")] network: &External<Rc<Handle>>,
) -> Result<Function<'env, (), ()>, Code> {
    Ok(function::create(env, FeedForward::new(network))?)
}

/// The function `(inputs, outputs, rows)` that computes many rows.
#[napi(
    catch_unwind,
    ts_return_type = "(inputs: Float32Array, outputs: Float32Array, rows: number) => void"
)]
pub fn feed_forward_batch_function<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'network'>")] network: &External<Rc<Handle>>,
) -> Result<Function<'env, (), ()>, Code> {
    Ok(function::create(env, FeedForwardBatch(Rc::clone(network)))?)
}

/// A function without arguments that runs a network on these arrays. It does not check that they
/// are still attached: its caller does, by the views that are its properties.
#[napi(
    catch_unwind,
    ts_return_type = "{ (): void; readonly inputs: Float32Array; readonly outputs: Float32Array }"
)]
pub fn bind_network<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'network'>")] network: &External<Rc<Handle>>,
    #[napi(ts_arg_type = "Float32Array")] inputs: Unknown,
    #[napi(ts_arg_type = "Float32Array")] outputs: Unknown,
) -> Result<Function<'env, (), ()>, Code> {
    Ok(network::bind(env, network, inputs, outputs)?)
}

/// As `bindNetwork`, for the first `rows` rows of arrays that may be longer.
#[napi(
    catch_unwind,
    ts_return_type = "{ (): void; readonly inputs: Float32Array; readonly outputs: Float32Array }"
)]
pub fn bind_network_batch<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'network'>")] network: &External<Rc<Handle>>,
    #[napi(ts_arg_type = "Float32Array")] inputs: Unknown,
    #[napi(ts_arg_type = "Float32Array")] outputs: Unknown,
    #[napi(ts_arg_type = "number")] rows: Unknown,
) -> Result<Function<'env, (), ()>, Code> {
    Ok(network::bind_batch(env, network, inputs, outputs, rows)?)
}

/// Computes many rows on another thread, from a copy of the inputs; checks that the outputs have
/// room, but leaves it to the caller to copy the result there.
#[napi(catch_unwind, ts_return_type = "Promise<Float32Array>")]
pub fn feed_forward_batch_async(
    env: &Env,
    #[napi(ts_arg_type = "ExternalObject<'network'>")] network: &External<Rc<Handle>>,
    #[napi(ts_arg_type = "Float32Array")] inputs: Unknown,
    #[napi(ts_arg_type = "Float32Array")] outputs: Unknown,
    #[napi(ts_arg_type = "number")] rows: Unknown,
) -> Result<AsyncTask<BatchTask>, Code> {
    Ok(BatchTask::new(
        env,
        &network.network,
        inputs,
        outputs,
        rows,
    )?)
}

/// A compiled population: `words` holds the packed genomes one after the other, genome i from
/// `offsets[i]` to `offsets[i + 1]`.
#[napi(catch_unwind, ts_return_type = "ExternalObject<'population'>")]
pub fn compile_population(
    env: &Env,
    #[napi(ts_arg_type = "Uint32Array")] words: Unknown,
    #[napi(ts_arg_type = "Uint32Array")] offsets: Unknown,
) -> Result<External<Rc<Disposable>>, Code> {
    Ok(population::compile(env, words, offsets)?)
}

/// The function `(genome, inputs, outputs, rows)` that answers each row by the genome it names.
#[napi(
    catch_unwind,
    ts_return_type = "(genome: Uint32Array, inputs: Float32Array, outputs: Float32Array, rows: number) => void"
)]
pub fn feed_forward_rows_function<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'population'>")] population: &External<Rc<Disposable>>,
) -> Result<Function<'env, (), ()>, Code> {
    Ok(function::create(
        env,
        population::FeedForwardRows(Rc::clone(population)),
    )?)
}

/// A function without arguments that runs each genome on its own row of these arrays; as
/// `bindNetwork`.
#[napi(
    catch_unwind,
    ts_return_type = "{ (): void; readonly inputs: Float32Array; readonly outputs: Float32Array }"
)]
pub fn bind_population<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'population'>")] population: &External<Rc<Disposable>>,
    #[napi(ts_arg_type = "Float32Array")] inputs: Unknown,
    #[napi(ts_arg_type = "Float32Array")] outputs: Unknown,
) -> Result<Function<'env, (), ()>, Code> {
    Ok(population::bind(env, population, inputs, outputs)?)
}

/// Bytes that a compiled population takes, with the layouts that it has made so far.
#[napi(catch_unwind)]
pub fn population_byte_length(
    #[napi(ts_arg_type = "ExternalObject<'population'>")] population: &External<Rc<Disposable>>,
) -> Result<f64, Code> {
    Ok(population.byte_len()? as f64)
}

/// Frees a population now; its functions throw from then on.
#[napi(catch_unwind)]
pub fn dispose_population(
    #[napi(ts_arg_type = "ExternalObject<'population'>")] population: &External<Rc<Disposable>>,
) {
    population.dispose();
}

/// The words of a packed genome.
pub(crate) fn genome(env: &Env, words: Unknown) -> failure::Result<Genome> {
    // SAFETY: `words` is a value of the call that is running in `env`, and the slice is gone
    // before JavaScript runs again.
    let words = unsafe {
        let span = Span::<u32>::read(env.raw(), words.raw(), "words")?;
        span.slice(span.len())
    };
    Ok(Genome::from_packed(words)?)
}

/// A new array with the words of `genome`.
fn pack<'env>(env: &'env Env, genome: &Genome) -> failure::Result<Uint32ArraySlice<'env>> {
    Uint32ArraySlice::copy_from(env, genome.to_packed())
        .map_err(|error| Failure::new("INTERNAL", error.reason.clone()))
}
