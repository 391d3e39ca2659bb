//! JavaScript functions that carry their own state.
//!
//! A class method has to find the native object behind `this` (68 ns); a function made here is
//! handed its state as callback data. V8 owns the state: it is dropped when the function is
//! collected, or when the environment (the process, or a worker) ends.

use std::ffi::{CStr, c_void};
use std::ptr;

use napi::bindgen_prelude::{FromNapiValue, Function};
use napi::{Env, JsValue, sys};

use crate::arrays::Span;
use crate::failure::{Failure, Result};
use crate::guard::guard;

/// The most arguments a [`Callable`] takes.
const MAX_ARGUMENTS: usize = 5;

/// State that JavaScript can call.
pub trait Callable: 'static {
    /// The function's `name`, for stack traces.
    const NAME: &'static CStr;
    /// How many arguments `call` is given; missing ones are `undefined`.
    const ARGUMENTS: usize;

    /// # Safety
    /// `env` is the environment of the callback that is running, and `arguments` are
    /// `Self::ARGUMENTS` of its values.
    unsafe fn call(&self, env: sys::napi_env, arguments: &[sys::napi_value]) -> Result<()>;
}

/// A new JavaScript function that calls `callable`.
pub fn create<C: Callable>(env: &Env, callable: C) -> Result<Function<'_, (), ()>> {
    const { assert!(C::ARGUMENTS <= MAX_ARGUMENTS) }
    let env = env.raw();
    let data = Box::into_raw(Box::new(callable)).cast::<c_void>();
    let mut function = ptr::null_mut();
    // SAFETY: `env` is alive while its `&Env` is; name and length are of one static string; `data`
    // outlives the function, whose finalizer frees it.
    let status = unsafe {
        sys::napi_create_function(
            env,
            C::NAME.as_ptr(),
            C::NAME.count_bytes() as isize,
            Some(trampoline::<C>),
            data,
            &mut function,
        )
    };
    if status != sys::Status::napi_ok {
        // SAFETY: no function holds `data`, which came from `Box::into_raw` above.
        drop(unsafe { Box::from_raw(data.cast::<C>()) });
        return Err(Failure::node("create a function", status));
    }
    // SAFETY: `function` was just made in `env`; `finalize::<C>` frees what `data` points to.
    let status = unsafe {
        sys::napi_add_finalizer(
            env,
            function,
            data,
            Some(finalize::<C>),
            ptr::null_mut(),
            ptr::null_mut(),
        )
    };
    if status != sys::Status::napi_ok {
        // The function may not be called after this, but it exists: better to leak than to free.
        return Err(Failure::node("add a finalizer", status));
    }
    // SAFETY: `function` is a function of `env`.
    unsafe { Function::from_napi_value(env, function) }
        .map_err(|error| Failure::new("INTERNAL", error.reason.clone()))
}

/// Gives `function` the properties `inputs` and `outputs`: views of the two arrays' memory, which
/// therefore lives as long as the function. V8 sees these references, so that a function and
/// arrays that refer to each other are still collected.
pub fn hold<'env>(
    env: &'env Env,
    function: Function<'env, (), ()>,
    inputs: &Span<f32>,
    outputs: &Span<f32>,
) -> Result<Function<'env, (), ()>> {
    let property = |name: &'static CStr, value| sys::napi_property_descriptor {
        utf8name: name.as_ptr(),
        name: ptr::null_mut(),
        method: None,
        getter: None,
        setter: None,
        value,
        attributes: sys::PropertyAttributes::default,
        data: ptr::null_mut(),
    };
    // SAFETY: `env` is the environment of the call in which the spans were read; the descriptors
    // and their names outlive the call that reads them.
    let status = unsafe {
        let properties = [
            property(c"inputs", inputs.view(env.raw())?),
            property(c"outputs", outputs.view(env.raw())?),
        ];
        sys::napi_define_properties(
            env.raw(),
            function.raw(),
            properties.len(),
            properties.as_ptr(),
        )
    };
    match status {
        sys::Status::napi_ok => Ok(function),
        _ => Err(Failure::node("define properties", status)),
    }
}

/// Called by Node for every function made by [`create`] with a `C`.
unsafe extern "C" fn trampoline<C: Callable>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let outcome = guard(|| {
        let mut arguments = [ptr::null_mut(); MAX_ARGUMENTS];
        let mut count = C::ARGUMENTS;
        let mut data = ptr::null_mut();
        // SAFETY: Node passes the environment and the information of this very call, and fills
        // `count` arguments, with `undefined` where the caller gave none.
        let status = unsafe {
            sys::napi_get_cb_info(
                env,
                info,
                &mut count,
                arguments.as_mut_ptr(),
                ptr::null_mut(),
                &mut data,
            )
        };
        if status != sys::Status::napi_ok {
            return Err(Failure::node("read the arguments", status));
        }
        // SAFETY: `data` is the `Box<C>` that `create` gave this function; the function is being
        // called, so it has not been collected.
        let callable = unsafe { &*data.cast::<C>() };
        // SAFETY: `env` and `arguments` are of this call.
        unsafe { callable.call(env, &arguments[..C::ARGUMENTS]) }
    });
    if let Err(failure) = outcome {
        // SAFETY: `env` is of this call.
        unsafe { failure.throw(env) }
    }
    ptr::null_mut()
}

/// Called by Node once the function that owned `data` is gone.
unsafe extern "C" fn finalize<C: Callable>(
    _env: sys::napi_env,
    data: *mut c_void,
    _hint: *mut c_void,
) {
    // SAFETY: `data` is the `Box<C>` of a function that cannot be called any more; Node calls a
    // finalizer once.
    let callable = unsafe { Box::from_raw(data.cast::<C>()) };
    // A panic in a destructor has nobody to go to.
    let _ = guard(|| {
        drop(callable);
        Ok(())
    });
}
