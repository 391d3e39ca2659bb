//! What the fuzz targets share.

/// The bytes as words, so that a packed genome in a file is what the target reads.
pub fn words_of(bytes: &[u8]) -> Vec<u32> {
    let words = bytes.chunks_exact(4);
    words.map(|word| u32::from_le_bytes(word.try_into().expect("four bytes"))).collect()
}

/// Input numbers from -4 to 4.
pub fn rows_of(len: usize) -> Vec<f32> {
    (0..len).map(|at| (at as f32).sin() * 4.0).collect()
}

/// Holds several results of one computation against the first, bit by bit but for NaN's.
#[derive(Default)]
pub struct Agreement(Option<Vec<u32>>);

impl Agreement {
    pub fn check(&mut self, outputs: &[f32]) {
        let bits: Vec<u32> = outputs
            .iter()
            .map(|value| if value.is_nan() { 0 } else { value.to_bits() })
            .collect();
        assert_eq!(self.0.get_or_insert_with(|| bits.clone()), &bits);
    }
}
