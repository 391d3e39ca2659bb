//! Each thread's memory for values, kept from call to call.

use std::cell::RefCell;

/// Memory for values, aligned as the widest vectors.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

thread_local! {
    static SCRATCH: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
}

/// Runs `body` with this thread's memory for at least `len` numbers, kept from
/// call to call.
pub(crate) fn with_scratch<R>(len: usize, body: impl FnOnce(&mut [f32]) -> R) -> R {
    SCRATCH.with_borrow_mut(|lines| {
        let needed = len.div_ceil(16);
        if lines.len() < needed {
            lines.resize(needed, Line([0.0; 16]));
        }
        let (pointer, len) = (lines.as_mut_ptr().cast::<f32>(), lines.len() * 16);
        // SAFETY: a line is 16 numbers and nothing else.
        body(unsafe { std::slice::from_raw_parts_mut(pointer, len) })
    })
}
