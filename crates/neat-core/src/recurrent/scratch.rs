//! Each thread's memory for inputs and states side by side.

use std::cell::Cell;

thread_local! {
    static JOINED: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// Runs `body` with this thread's memory for `len` numbers, kept from call to
/// call. Their values are of no meaning. `body` may wait for other threads and
/// meanwhile be given work that comes here too: that finds the memory taken.
pub(super) fn with_joined<R>(len: usize, body: impl FnOnce(&mut [f32]) -> R) -> R {
    let mut numbers = JOINED.take();
    if numbers.len() < len {
        numbers.resize(len, 0.0);
    }
    let result = body(&mut numbers[..len]);
    JOINED.set(numbers);
    result
}
