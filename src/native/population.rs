//! Compiled populations: the functions that run a generation.

use std::cell::RefCell;
use std::ffi::CStr;
use std::rc::Rc;

use napi::bindgen_prelude::{External, Function, Unknown};
use napi::{Env, JsValue, sys};
use neat_core::{Population, PopulationError};

use crate::arguments::rows;
use crate::arrays::{Span, check_apart};
use crate::failure::{Failure, Result};
use crate::fixed::Fixed;
use crate::function::{self, Callable};
use crate::lengths::{Sizes, check_batch, of_rows, read_row};
use crate::memory::Told;

/// A population that JavaScript may let go of before its objects are collected: a training run
/// compiles thousands without ever returning to the event loop, where Node runs finalizers.
pub struct Disposable {
    population: RefCell<Option<Population>>,
    told: Told,
}

impl Disposable {
    /// A population in use.
    pub fn new(env: &Env, population: Population) -> Rc<Self> {
        let told = Told::new(env, population.byte_len());
        Rc::new(Self {
            population: RefCell::new(Some(population)),
            told,
        })
    }

    /// Frees the population now.
    pub fn dispose(&self) {
        self.population.replace(None);
        self.told.set(0);
    }

    /// Bytes that the population takes.
    pub fn byte_len(&self) -> Result<usize> {
        self.with(|population| Ok(population.byte_len()))
    }

    /// Runs `body`, after which V8 knows what the population takes.
    fn with<T>(&self, body: impl FnOnce(&Population) -> Result<T>) -> Result<T> {
        let population = self.population.borrow();
        let population = population.as_ref().ok_or_else(disposed)?;
        let result = body(population);
        self.told.set(population.byte_len());
        result
    }
}

/// A call after the end.
#[cold]
pub fn disposed() -> Failure {
    Failure::new(
        "POPULATION_DISPOSED",
        "this population was disposed of; compile its genomes again",
    )
}

/// A genome that does not compile.
#[cold]
pub fn refused(PopulationError { index, error }: PopulationError) -> Failure {
    Failure::new(error.code(), format!("genome {index}: {error}"))
}

/// Compiles the genomes packed in `words`, genome i from `offsets[i]` to `offsets[i + 1]`.
pub fn compile(
    env: &Env,
    words: Unknown<'_>,
    offsets: Unknown<'_>,
) -> Result<External<Rc<Disposable>>> {
    // SAFETY: both are values of the call that is running in `env`, and the slices are gone before
    // JavaScript runs again.
    let (words, offsets) = unsafe {
        let words = Span::<u32>::read(env.raw(), words.raw(), "words")?;
        let offsets = Span::<u32>::read(env.raw(), offsets.raw(), "offsets")?;
        (words.slice(words.len()), offsets.slice(offsets.len()))
    };
    let population = Population::from_packed(words, offsets).map_err(refused)?;
    Ok(External::new(Disposable::new(env, population)))
}

/// The lengths that `population` wants of a row.
fn sizes(population: &Population) -> Sizes {
    (population.input_size(), population.output_size())
}

/// `feedForwardRows(genome, inputs, outputs, rows)`.
pub struct FeedForwardRows(pub Rc<Disposable>);

impl Callable for FeedForwardRows {
    const NAME: &'static CStr = c"feedForwardRows";
    const ARGUMENTS: usize = 4;

    unsafe fn call(&self, env: sys::napi_env, arguments: &[sys::napi_value]) -> Result<()> {
        // SAFETY: the trampoline vouches for `env` and `arguments`.
        let (genome, inputs, outputs, rows) = unsafe {
            (
                Span::<u32>::read_any_class(env, arguments[0], "genome")?,
                Span::<f32>::read_any_class(env, arguments[1], "inputs")?,
                Span::<f32>::read_any_class(env, arguments[2], "outputs")?,
                rows(env, arguments[3])?,
            )
        };
        if rows > genome.len() {
            return Err(Failure::new(
                "GENOME_LENGTH",
                format!(
                    "{rows} rows need {rows} genome indices, but genome has {}; pass a longer \
                     array or fewer rows",
                    genome.len()
                ),
            ));
        }
        self.0.with(|population| {
            let (input_length, output_length) =
                check_batch(sizes(population), &inputs, &outputs, rows)?;
            check_apart(&genome, &outputs, "genome")?;
            // SAFETY: all lengths were checked, and outputs overlaps neither of the others; no
            // JavaScript runs.
            let (genome, inputs, outputs) = unsafe {
                (
                    genome.slice(rows),
                    inputs.slice(input_length),
                    outputs.slice_mut(output_length),
                )
            };
            Ok(population.feed_forward_rows(genome, inputs, outputs)?)
        })
    }
}

/// A call on the population's own arrays.
struct Bound {
    population: Rc<Disposable>,
    arrays: Fixed,
}

impl Callable for Bound {
    const NAME: &'static CStr = c"bound";
    const ARGUMENTS: usize = 0;

    unsafe fn call(&self, _env: sys::napi_env, _arguments: &[sys::napi_value]) -> Result<()> {
        self.population.with(|population| {
            let lengths = of_rows(sizes(population), population.len());
            // SAFETY: `bind` found the lengths right and the two apart, and the caller in
            // src/genome/bound.ts has just found both attached. No JavaScript runs.
            let (inputs, outputs) = unsafe { self.arrays.slices(lengths) };
            population.feed_forward(inputs, outputs);
            Ok(())
        })
    }
}

/// A function without arguments that runs each genome on its own row of these arrays. Its
/// properties `inputs` and `outputs` are views of their memory.
pub fn bind<'env>(
    env: &'env Env,
    disposable: &Rc<Disposable>,
    inputs: Unknown<'_>,
    outputs: Unknown<'_>,
) -> Result<Function<'env, (), ()>> {
    let (inputs, outputs) = read_row(env, inputs, outputs)?;
    disposable
        .with(|population| check_batch(sizes(population), &inputs, &outputs, population.len()))?;
    let bound = function::create(
        env,
        Bound {
            population: disposable.clone(),
            arrays: Fixed::new(&inputs, &outputs),
        },
    )?;
    function::hold(env, bound, &inputs, &outputs)
}
