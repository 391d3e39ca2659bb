//! Reads typed arrays that JavaScript passed: the one place that looks at their memory.
//!
//! A [`Span`] is good until JavaScript runs again, so within one native call: only this thread
//! can touch the memory of an `ArrayBuffer` (a `SharedArrayBuffer` is refused), and only
//! JavaScript can detach or shrink it.

use std::ptr;
use std::slice;

use napi::sys;

use crate::failure::{Failure, Result};

/// An element type that a typed array can have, and that any bits are a value of.
pub trait Element: Copy {
    /// Node-API's number for the array's type.
    const KIND: sys::napi_typedarray_type;
    /// The array's class in JavaScript.
    const CLASS: &'static str;
}

impl Element for f32 {
    const KIND: sys::napi_typedarray_type = sys::TypedarrayType::float32_array;
    const CLASS: &'static str = "Float32Array";
}

impl Element for u32 {
    const KIND: sys::napi_typedarray_type = sys::TypedarrayType::uint32_array;
    const CLASS: &'static str = "Uint32Array";
}

/// The memory of one typed array during one native call.
#[derive(Clone, Copy)]
pub struct Span<T> {
    data: *mut T,
    len: usize,
    buffer: sys::napi_value,
    byte_offset: usize,
}

impl<T: Element> Span<T> {
    /// The memory of `value`, which must be a `T::CLASS` on an attached `ArrayBuffer`; `name` is
    /// the argument's name in messages.
    ///
    /// # Safety
    /// `env` is the environment of the callback that is running, `value` one of its values.
    pub unsafe fn read(env: sys::napi_env, value: sys::napi_value, name: &str) -> Result<Self> {
        let mut kind = -1;
        // SAFETY: the caller vouches for `env` and `value`; `kind` is a live local. A value that
        // is no typed array leaves it as it is.
        unsafe {
            sys::napi_get_typedarray_info(
                env,
                value,
                &mut kind,
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
            );
        }
        if kind != T::KIND {
            // SAFETY: as above.
            return Err(unsafe { wrong_type::<T>(env, value, name) });
        }
        // SAFETY: as above.
        unsafe { Self::read_any_class(env, value, name) }
    }

    /// As [`Span::read`], but for a typed array of any class, taken as `T`s: Node finds the class
    /// by trying one after the other, which costs 20 ns an array, and JavaScript has checked it.
    /// Should it not have, the elements are still aligned and within the array's buffer, and any
    /// bits are a `T`.
    ///
    /// # Safety
    /// As for [`Span::read`].
    #[inline(always)]
    pub unsafe fn read_any_class(
        env: sys::napi_env,
        value: sys::napi_value,
        name: &str,
    ) -> Result<Self> {
        let (mut len, mut byte_offset, mut byte_length) = (0, 0, 0);
        let (mut data, mut buffer) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the caller vouches for `env` and `value`; all results are live locals.
        let status = unsafe {
            sys::napi_get_typedarray_info(
                env,
                value,
                ptr::null_mut(),
                &mut len,
                &mut data,
                &mut buffer,
                &mut byte_offset,
            )
        };
        if status != sys::Status::napi_ok {
            // SAFETY: as above.
            return Err(unsafe { wrong_type::<T>(env, value, name) });
        }
        // A SharedArrayBuffer is none; the call after refuses it too, but not since Node 24.9.
        let mut is_array_buffer = false;
        // SAFETY: `buffer` came from the call before; both results are live locals.
        let status = unsafe {
            sys::napi_is_arraybuffer(env, buffer, &mut is_array_buffer);
            sys::napi_get_arraybuffer_info(env, buffer, ptr::null_mut(), &mut byte_length)
        };
        if !is_array_buffer || status != sys::Status::napi_ok {
            return Err(shared(name));
        }
        // A view that a resizable buffer has left behind may still tell its old length.
        if byte_offset + len * size_of::<T>() > byte_length || !data.cast::<T>().is_aligned() {
            return Err(detached(name));
        }
        if len == 0 {
            // SAFETY: as above.
            unsafe { check_attached(env, buffer, name) }?;
            data = ptr::NonNull::<T>::dangling().as_ptr().cast();
        }
        Ok(Self {
            data: data.cast(),
            len,
            buffer,
            byte_offset,
        })
    }

    /// Number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Where the elements are.
    #[inline]
    pub fn as_ptr(&self) -> *mut T {
        self.data
    }

    /// The first `len` elements.
    ///
    /// # Safety
    /// `len` is at most [`Span::len`]; no JavaScript runs, and nothing writes to the elements,
    /// while the slice lives.
    #[inline]
    pub unsafe fn slice<'a>(self, len: usize) -> &'a [T] {
        debug_assert!(len <= self.len);
        // SAFETY: V8 keeps `self.len` aligned, initialised elements there; the caller vouches for
        // the rest.
        unsafe { slice::from_raw_parts(self.data, len) }
    }

    /// The first `len` elements, to write to.
    ///
    /// # Safety
    /// As for [`Span::slice`], and no other slice covers these elements.
    #[inline]
    pub unsafe fn slice_mut<'a>(self, len: usize) -> &'a mut [T] {
        debug_assert!(len <= self.len);
        // SAFETY: as in `slice`.
        unsafe { slice::from_raw_parts_mut(self.data, len) }
    }

    /// Whether the two arrays share bytes: one array, or views of one buffer that overlap.
    #[inline]
    pub fn overlaps<U: Element>(&self, other: &Span<U>) -> bool {
        let (a, b) = (self.data as usize, other.data as usize);
        a < b + other.len * size_of::<U>() && b < a + self.len * size_of::<T>()
    }

    /// A second JavaScript array on the same memory, which only the binding's callers hold: no
    /// user code can give it a `length` of its own making.
    ///
    /// # Safety
    /// As for [`Span::read`], in the same call.
    pub unsafe fn view(&self, env: sys::napi_env) -> Result<sys::napi_value> {
        let mut view = ptr::null_mut();
        // SAFETY: the caller vouches for `env`; length and offset are those of a view that exists.
        let status = unsafe {
            sys::napi_create_typedarray(
                env,
                T::KIND,
                self.len,
                self.buffer,
                self.byte_offset,
                &mut view,
            )
        };
        match status {
            sys::Status::napi_ok => Ok(view),
            _ => Err(Failure::node("create a typed array", status)),
        }
    }
}

/// Refuses outputs that share bytes with inputs: a row's answer would overwrite what it reads.
#[inline]
pub fn check_apart<T: Element, U: Element>(
    inputs: &Span<T>,
    outputs: &Span<U>,
    name: &str,
) -> Result<()> {
    if inputs.overlaps(outputs) {
        return Err(Failure::new(
            "BUFFERS_OVERLAP",
            format!("{name} and outputs share memory; pass arrays that do not overlap"),
        ));
    }
    Ok(())
}

/// # Safety
/// As for [`Span::read`].
#[cold]
unsafe fn wrong_type<T: Element>(
    env: sys::napi_env,
    value: sys::napi_value,
    name: &str,
) -> Failure {
    // SAFETY: the caller vouches for `env` and `value`.
    let came = unsafe { describe(env, value) };
    Failure::new(
        "ARGUMENT_TYPE",
        format!(
            "{name} must be a {}, but {came} came; use new {}(...)",
            T::CLASS,
            T::CLASS
        ),
    )
}

/// Names what a value is, for messages.
///
/// # Safety
/// As for [`Span::read`].
#[cold]
pub unsafe fn describe(env: sys::napi_env, value: sys::napi_value) -> &'static str {
    let (mut kind, mut is_typed, mut is_array) = (-1, false, false);
    // SAFETY: the caller vouches for `env` and `value`; all results are live locals.
    unsafe {
        sys::napi_typeof(env, value, &mut kind);
        sys::napi_is_typedarray(env, value, &mut is_typed);
        sys::napi_is_array(env, value, &mut is_array);
    }
    match kind {
        sys::ValueType::napi_undefined => "undefined",
        sys::ValueType::napi_null => "null",
        sys::ValueType::napi_boolean => "a boolean",
        sys::ValueType::napi_number => "a number",
        sys::ValueType::napi_string => "a string",
        sys::ValueType::napi_symbol => "a symbol",
        sys::ValueType::napi_function => "a function",
        sys::ValueType::napi_bigint => "a bigint",
        _ if is_typed => "a typed array of another type",
        _ if is_array => "an array",
        _ => "an object",
    }
}

#[cold]
fn shared(name: &str) -> Failure {
    Failure::new(
        "BUFFER_SHARED",
        format!(
            "{name} is on a SharedArrayBuffer, which another thread could write during the call; \
             copy it to an array of its own first"
        ),
    )
}

#[cold]
fn detached(name: &str) -> Failure {
    Failure::new(
        "BUFFER_DETACHED",
        format!(
            "the memory of {name} is gone (its buffer was transferred, resized or detached); \
             allocate a new array"
        ),
    )
}

/// # Safety
/// `buffer` is the `ArrayBuffer` of a typed array read in this call.
#[cold]
unsafe fn check_attached(env: sys::napi_env, buffer: sys::napi_value, name: &str) -> Result<()> {
    let mut is_detached = false;
    // SAFETY: the caller vouches for both.
    unsafe { sys::napi_is_detached_arraybuffer(env, buffer, &mut is_detached) };
    if is_detached {
        Err(detached(name))
    } else {
        Ok(())
    }
}
