//! Reads a row, or a batch, and checks that its arrays have the lengths that a network wants.

use napi::bindgen_prelude::Unknown;
use napi::{Env, JsValue, sys};

use crate::arguments::rows;
use crate::arrays::{Span, check_apart};
use crate::failure::{Failure, Result};

/// Lengths of a row of inputs and of a row of outputs.
pub type Sizes = (usize, usize);

/// The lengths of so many rows, for which arrays were found to have room.
#[inline]
pub fn of_rows((inputs, outputs): Sizes, rows: usize) -> Sizes {
    (rows * inputs, rows * outputs)
}

/// Reads one row of each, with these lengths, not overlapping.
pub fn row(
    env: &Env,
    sizes: Sizes,
    inputs: Unknown<'_>,
    outputs: Unknown<'_>,
) -> Result<(Span<f32>, Span<f32>)> {
    let (inputs, outputs) = read_row(env, inputs, outputs)?;
    check_row(sizes, &inputs, &outputs)?;
    Ok((inputs, outputs))
}

/// Reads two arrays, of whatever lengths.
pub fn read_row(
    env: &Env,
    inputs: Unknown<'_>,
    outputs: Unknown<'_>,
) -> Result<(Span<f32>, Span<f32>)> {
    // SAFETY: both are values of the call that is running in `env`.
    unsafe {
        Ok((
            Span::read(env.raw(), inputs.raw(), "inputs")?,
            Span::read(env.raw(), outputs.raw(), "outputs")?,
        ))
    }
}

/// Reads arrays with room for so many rows, not overlapping; and the rows.
pub fn batch(
    env: &Env,
    sizes: Sizes,
    inputs: Unknown<'_>,
    outputs: Unknown<'_>,
    rows: Unknown<'_>,
) -> Result<(Span<f32>, Span<f32>, usize)> {
    let (inputs, outputs, rows) = read_batch(env, inputs, outputs, rows)?;
    check_batch(sizes, &inputs, &outputs, rows)?;
    Ok((inputs, outputs, rows))
}

/// Reads two arrays and a number of rows, of whatever lengths.
pub fn read_batch(
    env: &Env,
    inputs: Unknown<'_>,
    outputs: Unknown<'_>,
    rows_value: Unknown<'_>,
) -> Result<(Span<f32>, Span<f32>, usize)> {
    let (inputs, outputs) = read_row(env, inputs, outputs)?;
    // SAFETY: the number is a value of the call that is running in `env`.
    let rows = unsafe { rows(env.raw(), rows_value.raw()) }?;
    Ok((inputs, outputs, rows))
}

/// The row of a call whose first arguments are `inputs` and `outputs`, of classes that JavaScript
/// has checked.
///
/// # Safety
/// `env` and `arguments` are those of the callback that is running, and no JavaScript runs until
/// the slices are gone.
#[inline]
pub unsafe fn row_arguments<'a>(
    env: sys::napi_env,
    arguments: &[sys::napi_value],
    sizes: Sizes,
) -> Result<(&'a [f32], &'a mut [f32])> {
    // SAFETY: the caller's obligation; `check_row` finds the lengths right and the two apart.
    unsafe {
        let inputs = Span::read_any_class(env, arguments[0], "inputs")?;
        let outputs = Span::read_any_class(env, arguments[1], "outputs")?;
        check_row(sizes, &inputs, &outputs)?;
        Ok((inputs.slice(inputs.len()), outputs.slice_mut(outputs.len())))
    }
}

/// The rows of a call whose first arguments are `inputs`, `outputs` and `rows`; and how many.
///
/// # Safety
/// As for [`row_arguments`].
pub unsafe fn batch_arguments<'a>(
    env: sys::napi_env,
    arguments: &[sys::napi_value],
    sizes: Sizes,
) -> Result<(&'a [f32], &'a mut [f32], usize)> {
    // SAFETY: the caller's obligation; `check_batch` finds room for the rows and the two apart.
    unsafe {
        let inputs = Span::<f32>::read_any_class(env, arguments[0], "inputs")?;
        let outputs = Span::<f32>::read_any_class(env, arguments[1], "outputs")?;
        let rows = rows(env, arguments[2])?;
        let (input_length, output_length) = check_batch(sizes, &inputs, &outputs, rows)?;
        Ok((
            inputs.slice(input_length),
            outputs.slice_mut(output_length),
            rows,
        ))
    }
}

/// Checks that the two have these lengths, and do not overlap.
#[inline]
pub fn check_row(sizes: Sizes, inputs: &Span<f32>, outputs: &Span<f32>) -> Result<()> {
    if inputs.len() != sizes.0 {
        return Err(row_length("INPUT_LENGTH", "inputs", sizes.0, inputs.len()));
    }
    if outputs.len() != sizes.1 {
        return Err(row_length(
            "OUTPUT_LENGTH",
            "outputs",
            sizes.1,
            outputs.len(),
        ));
    }
    check_apart(inputs, outputs, "inputs")
}

#[cold]
fn row_length(code: &'static str, name: &str, expected: usize, came: usize) -> Failure {
    Failure::new(
        code,
        format!("{name} must have {expected} values, but it has {came}"),
    )
}

/// The elements that `rows` rows take in the two, which may have more and do not overlap.
pub fn check_batch(
    sizes: Sizes,
    inputs: &Span<f32>,
    outputs: &Span<f32>,
    rows: usize,
) -> Result<Sizes> {
    let lengths = batch_lengths(sizes, inputs, outputs, rows)?;
    check_apart(inputs, outputs, "inputs")?;
    Ok(lengths)
}

/// The elements that `rows` rows take in the two, which may have more.
pub fn batch_lengths(
    sizes: Sizes,
    inputs: &Span<f32>,
    outputs: &Span<f32>,
    rows: usize,
) -> Result<Sizes> {
    Ok((
        batch_length("INPUT_LENGTH", "inputs", inputs, rows, sizes.0)?,
        batch_length("OUTPUT_LENGTH", "outputs", outputs, rows, sizes.1)?,
    ))
}

fn batch_length(
    code: &'static str,
    name: &str,
    span: &Span<f32>,
    rows: usize,
    width: usize,
) -> Result<usize> {
    match rows.checked_mul(width) {
        Some(length) if length <= span.len() => Ok(length),
        _ => Err(Failure::new(
            code,
            format!(
                "{rows} rows of {width} do not fit in {name}, which has {} values; pass a longer \
                 array or fewer rows",
                span.len()
            ),
        )),
    }
}
