//! Numbers that JavaScript passed.

use napi::sys;

use crate::arrays::describe;
use crate::failure::{Failure, Result};

/// Reads a number of rows: a whole number, at least 1.
///
/// # Safety
/// `env` is the environment of the callback that is running, `value` one of its values.
pub unsafe fn rows(env: sys::napi_env, value: sys::napi_value) -> Result<usize> {
    let mut number = 0.0;
    // SAFETY: the caller vouches for `env` and `value`; `number` is a live local.
    let status = unsafe { sys::napi_get_value_double(env, value, &mut number) };
    if status != sys::Status::napi_ok {
        // SAFETY: as above.
        let came = unsafe { describe(env, value) };
        return Err(Failure::new(
            "ARGUMENT_TYPE",
            format!("rows must be a number, but {came} came"),
        ));
    }
    // Beyond 2^32 no typed array of Node 20 holds that many rows; the length check refuses sooner.
    if !(number >= 1.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX)) {
        return Err(Failure::new(
            "ROWS_RANGE",
            format!("rows must be a whole number of at least 1, but {number} came"),
        ));
    }
    Ok(number as usize)
}
