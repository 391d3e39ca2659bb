//! Failures with the stable codes that JavaScript sees (docs/errors.md).

use std::any::Any;
use std::ptr;

use napi::sys;

/// An error code as napi-rs wants it: the `code` property of the thrown error.
pub struct Code(&'static str);

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        self.0
    }
}

/// Why a call was refused: a stable code, and a message that says what to do.
#[derive(Debug)]
pub struct Failure {
    code: &'static str,
    message: String,
}

/// What the modules of the binding return.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure of a kind listed in src/errors.ts.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// Node-API itself refused; `what` names the step.
    pub fn node(what: &str, status: sys::napi_status) -> Self {
        Self::new(
            "INTERNAL",
            format!("Node-API could not {what} (status {status})"),
        )
    }

    /// A panic that was stopped at the border: a defect of neatron, not of the caller.
    pub fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Self::new(
            "INTERNAL",
            format!("neatron's native code panicked: {text}; please report this"),
        )
    }

    /// Leaves this failure as the pending JavaScript exception of `env`.
    ///
    /// # Safety
    /// `env` is the environment of the callback that is running on this thread.
    pub unsafe fn throw(&self, env: sys::napi_env) {
        let text = |value: &str| {
            let mut result = ptr::null_mut();
            // SAFETY: the caller vouches for `env`; pointer and length are of one live string.
            unsafe {
                sys::napi_create_string_utf8(
                    env,
                    value.as_ptr().cast(),
                    value.len() as isize,
                    &mut result,
                );
            }
            result
        };
        let (code, message) = (text(self.code), text(&self.message));
        let mut error = ptr::null_mut();
        // SAFETY: as above; a null value left by a failed step is refused with a status, and then
        // there is nothing to throw either.
        unsafe {
            sys::napi_create_error(env, code, message, &mut error);
            sys::napi_throw(env, error);
        }
    }
}

impl From<neat_core::Error> for Failure {
    fn from(error: neat_core::Error) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<Failure> for napi::Error<Code> {
    fn from(failure: Failure) -> Self {
        napi::Error::new(Code(failure.code), failure.message)
    }
}

/// For asynchronous work, where the only failure left is a panic.
impl From<Failure> for napi::Error {
    fn from(failure: Failure) -> Self {
        napi::Error::new(napi::Status::GenericFailure, failure.message)
    }
}
