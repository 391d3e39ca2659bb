//! Populations of recurrent genomes: the exports and the functions that run a generation.

use std::cell::RefCell;
use std::ffi::CStr;
use std::rc::Rc;

use napi::bindgen_prelude::{External, Function, Unknown};
use napi::{Env, JsValue, sys};
use napi_derive::napi;
use neat_core::RecurrentPopulation;

use crate::arguments::rows;
use crate::arrays::{Span, check_apart};
use crate::failure::{Code, Failure, Result};
use crate::fixed::Fixed;
use crate::function::{self, Callable};
use crate::lengths::{Sizes, check_batch, of_rows, read_row};
use crate::memory::Told;
use crate::population::{disposed, refused};
use crate::states::States;

/// A population and its states, by slot; both are freed together.
struct Running {
    population: RecurrentPopulation,
    states: States,
}

/// A population that JavaScript may let go of before its objects are collected; see `Disposable`
/// in population.rs.
pub struct Recurrents {
    running: RefCell<Option<Running>>,
    told: Told,
}

impl Recurrents {
    /// Runs `body`, after which V8 knows what the population and its states take.
    fn with<T>(&self, body: impl FnOnce(&mut Running) -> Result<T>) -> Result<T> {
        let mut running = self.running.borrow_mut();
        let running = running.as_mut().ok_or_else(disposed)?;
        let result = body(running);
        self.told
            .set(running.population.byte_len() + running.states.byte_len());
        result
    }
}

/// A compiled population of recurrent genomes, with states of its own; as `compilePopulation`.
#[napi(catch_unwind, ts_return_type = "ExternalObject<'recurrents'>")]
pub fn compile_recurrent_population(
    env: &Env,
    #[napi(ts_arg_type = "Uint32Array")] words: Unknown,
    #[napi(ts_arg_type = "Uint32Array")] offsets: Unknown,
) -> napi::Result<External<Rc<Recurrents>>, Code> {
    // SAFETY: both are values of the call that is running in `env`, and the slices are gone before
    // JavaScript runs again.
    let (words, offsets) = unsafe {
        let words = Span::<u32>::read(env.raw(), words.raw(), "words")?;
        let offsets = Span::<u32>::read(env.raw(), offsets.raw(), "offsets")?;
        (words.slice(words.len()), offsets.slice(offsets.len()))
    };
    let population = RecurrentPopulation::from_packed(words, offsets).map_err(refused)?;
    let told = Told::new(env, population.byte_len());
    let states = States::new(population.state_size());
    let running = RefCell::new(Some(Running { population, states }));
    Ok(External::new(Rc::new(Recurrents { running, told })))
}

/// Bytes that a compiled recurrent population takes, its states not included.
#[napi(catch_unwind)]
pub fn recurrent_population_byte_length(
    #[napi(ts_arg_type = "ExternalObject<'recurrents'>")] recurrents: &External<Rc<Recurrents>>,
) -> napi::Result<f64, Code> {
    Ok(recurrents.with(|running| Ok(running.population.byte_len() as f64))?)
}

/// Numbers in a state: those of the genome that needs most.
#[napi(catch_unwind)]
pub fn recurrent_population_state_size(
    #[napi(ts_arg_type = "ExternalObject<'recurrents'>")] recurrents: &External<Rc<Recurrents>>,
) -> napi::Result<u32, Code> {
    Ok(recurrents.with(|running| Ok(running.population.state_size() as u32))?)
}

/// Zeros the state of one slot, or of all.
#[napi(catch_unwind)]
pub fn reset_recurrent_population(
    #[napi(ts_arg_type = "ExternalObject<'recurrents'>")] recurrents: &External<Rc<Recurrents>>,
    slot: Option<u32>,
) -> napi::Result<(), Code> {
    recurrents.with(|running| {
        running.states.reset(slot);
        Ok(())
    })?;
    Ok(())
}

/// Frees a population and its states now; its functions throw from then on.
#[napi(catch_unwind)]
pub fn dispose_recurrent_population(
    #[napi(ts_arg_type = "ExternalObject<'recurrents'>")] recurrents: &External<Rc<Recurrents>>,
) {
    recurrents.running.replace(None);
    recurrents.told.set(0);
}

/// The function `(genome, inputs, outputs, rows, slots)` that moves the state of each row's slot on
/// by one step of the genome it names. Without slots, a genome's number is its slot.
#[napi(
    catch_unwind,
    ts_return_type = "(genome: Uint32Array, inputs: Float32Array, outputs: Float32Array, rows: number, slots?: Uint32Array) => void"
)]
pub fn step_rows_function<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'recurrents'>")] recurrents: &External<Rc<Recurrents>>,
) -> napi::Result<Function<'env, (), ()>, Code> {
    Ok(function::create(env, StepRows(Rc::clone(recurrents)))?)
}

/// A function without arguments that moves each genome's slot on by one step, on its row of these
/// arrays; as `bindNetwork`.
#[napi(
    catch_unwind,
    ts_return_type = "{ (): void; readonly inputs: Float32Array; readonly outputs: Float32Array }"
)]
pub fn bind_recurrent_population<'env>(
    env: &'env Env,
    #[napi(ts_arg_type = "ExternalObject<'recurrents'>")] recurrents: &External<Rc<Recurrents>>,
    #[napi(ts_arg_type = "Float32Array")] inputs: Unknown,
    #[napi(ts_arg_type = "Float32Array")] outputs: Unknown,
) -> napi::Result<Function<'env, (), ()>, Code> {
    let (inputs, outputs) = read_row(env, inputs, outputs)?;
    recurrents.with(|running| {
        let rows = running.population.len();
        check_batch(sizes(&running.population), &inputs, &outputs, rows)?;
        Ok(())
    })?;
    let bound = Bound {
        recurrents: Rc::clone(recurrents),
        arrays: Fixed::new(&inputs, &outputs),
    };
    let bound = function::create(env, bound)?;
    Ok(function::hold(env, bound, &inputs, &outputs)?)
}

/// The lengths that `population` wants of a row.
fn sizes(population: &RecurrentPopulation) -> Sizes {
    (population.input_size(), population.output_size())
}

/// `stepRows(genome, inputs, outputs, rows, slots)`.
struct StepRows(Rc<Recurrents>);

impl Callable for StepRows {
    const NAME: &'static CStr = c"stepRows";
    const ARGUMENTS: usize = 5;

    unsafe fn call(&self, env: sys::napi_env, arguments: &[sys::napi_value]) -> Result<()> {
        // SAFETY: the trampoline vouches for `env` and `arguments`.
        let (genome, inputs, outputs, rows, slots) = unsafe {
            let genome = Span::<u32>::read_any_class(env, arguments[0], "genome")?;
            let mut kind = -1;
            sys::napi_typeof(env, arguments[4], &mut kind);
            let slots = match kind {
                sys::ValueType::napi_undefined => genome,
                _ => Span::<u32>::read_any_class(env, arguments[4], "slots")?,
            };
            (
                genome,
                Span::<f32>::read_any_class(env, arguments[1], "inputs")?,
                Span::<f32>::read_any_class(env, arguments[2], "outputs")?,
                rows(env, arguments[3])?,
                slots,
            )
        };
        for (span, code, name) in [
            (&genome, "GENOME_LENGTH", "genome indices"),
            (&slots, "SLOT_LENGTH", "slots"),
        ] {
            if rows > span.len() {
                let came = span.len();
                return Err(Failure::new(
                    code,
                    format!(
                        "{rows} rows need {rows} {name}, but {came} came; pass more or fewer rows"
                    ),
                ));
            }
        }
        self.0.with(|Running { population, states }| {
            let (input_length, output_length) =
                check_batch(sizes(population), &inputs, &outputs, rows)?;
            check_apart(&genome, &outputs, "genome")?;
            check_apart(&slots, &outputs, "slots")?;
            // SAFETY: all lengths were checked, and outputs overlaps none of the others; no
            // JavaScript runs.
            let (genome, slots, inputs, outputs) = unsafe {
                (
                    genome.slice(rows),
                    slots.slice(rows),
                    inputs.slice(input_length),
                    outputs.slice_mut(output_length),
                )
            };
            let count = slots.iter().max().map_or(0, |&slot| slot as usize + 1);
            let states = states.at_least(count)?;
            Ok(population.step_rows(genome, slots, inputs, states, outputs)?)
        })
    }
}

/// A call on the population's own arrays.
struct Bound {
    recurrents: Rc<Recurrents>,
    arrays: Fixed,
}

impl Callable for Bound {
    const NAME: &'static CStr = c"bound";
    const ARGUMENTS: usize = 0;

    unsafe fn call(&self, _env: sys::napi_env, _arguments: &[sys::napi_value]) -> Result<()> {
        self.recurrents.with(|Running { population, states }| {
            let genomes = population.len();
            let lengths = of_rows(sizes(population), genomes);
            // SAFETY: `bind_recurrent_population` found the lengths right and the two apart, and
            // the caller in src/genome/bound.ts has just found both attached. No JavaScript runs.
            let (inputs, outputs) = unsafe { self.arrays.slices(lengths) };
            population.step(inputs, states.first(genomes)?, outputs);
            Ok(())
        })
    }
}
