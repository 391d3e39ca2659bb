//! The arrays of a bound function.

use std::slice;

use crate::arrays::Span;
use crate::lengths::Sizes;

/// Where two arrays are. The addresses stay good while both are reachable and attached: a bound
/// function holds them as properties, and src/genome/bound.ts checks before each call that they
/// are attached.
pub struct Fixed {
    inputs: *const f32,
    outputs: *mut f32,
}

impl Fixed {
    /// The two arrays of a function that is being bound.
    pub fn new(inputs: &Span<f32>, outputs: &Span<f32>) -> Self {
        Self {
            inputs: inputs.as_ptr(),
            outputs: outputs.as_ptr(),
        }
    }

    /// The first so many numbers of each.
    ///
    /// # Safety
    /// When the two were bound they had these lengths at least and did not overlap; both are still
    /// attached; no JavaScript runs until the slices are gone.
    #[inline]
    pub unsafe fn slices<'a>(&self, (inputs, outputs): Sizes) -> (&'a [f32], &'a mut [f32]) {
        // SAFETY: the caller's obligation: the memory is where it was.
        unsafe {
            (
                slice::from_raw_parts(self.inputs, inputs),
                slice::from_raw_parts_mut(self.outputs, outputs),
            )
        }
    }
}
