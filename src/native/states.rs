//! The states of recurrent networks, a row of numbers for each episode.

use crate::failure::{Failure, Result};

/// Numbers that the states of one network or population may take: 1 GiB.
const MOST_NUMBERS: usize = 1 << 28;

/// States of one width. Those never asked for are zeros, as at the start.
#[derive(Default)]
pub struct States {
    width: usize,
    numbers: Vec<f32>,
}

impl States {
    /// No state yet, each of `width` numbers; `width` is at least 1.
    pub fn new(width: usize) -> Self {
        Self {
            width,
            numbers: Vec::new(),
        }
    }

    /// All states there are, at least `count` of them.
    #[inline]
    pub fn at_least(&mut self, count: usize) -> Result<&mut [f32]> {
        // No product overflows: both are lengths of what is in memory, or below 2^32.
        if self.numbers.len() < count * self.width {
            self.grow(count)?;
        }
        Ok(&mut self.numbers)
    }

    /// The first `count` states.
    #[inline]
    pub fn first(&mut self, count: usize) -> Result<&mut [f32]> {
        let length = count * self.width;
        Ok(&mut self.at_least(count)?[..length])
    }

    #[cold]
    fn grow(&mut self, count: usize) -> Result<()> {
        let length = count * self.width;
        let more = length - self.numbers.len();
        if length > MOST_NUMBERS || self.numbers.try_reserve(more).is_err() {
            return Err(Failure::new(
                "SLOT_INDEX",
                format!(
                    "no room for state {} of {} numbers: there can be {} of them; number episodes \
                     from 0",
                    count - 1,
                    self.width,
                    MOST_NUMBERS / self.width
                ),
            ));
        }
        self.numbers.resize(length, 0.0);
        Ok(())
    }

    /// Bytes that the states take.
    pub fn byte_len(&self) -> usize {
        self.numbers.capacity() * size_of::<f32>()
    }

    /// Zeros one state, or all.
    pub fn reset(&mut self, slot: Option<u32>) {
        match slot {
            None => self.numbers.fill(0.0),
            Some(slot) => {
                if let Some(state) = self.numbers.chunks_exact_mut(self.width).nth(slot as usize) {
                    state.fill(0.0);
                }
            }
        }
    }
}
