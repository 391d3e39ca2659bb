//! Any words: an error, or a network whose paths and instruction sets agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neat_core::{Genome, Tier};

const ROWS: usize = 70;

fuzz_target!(|words: Vec<u32>| {
    let Ok(genome) = Genome::from_packed(&words) else {
        return;
    };
    let (inputs, outputs) = (genome.input_size(), genome.output_size());
    let rows: Vec<f32> = (0..ROWS * inputs).map(|at| (at as f32).sin() * 4.0).collect();
    let mut expected: Option<Vec<u32>> = None;
    for tier in Tier::available() {
        let Ok(network) = genome.compile_for(tier) else {
            return;
        };
        let mut batch = vec![0.0; ROWS * outputs];
        network.feed_forward_batch(&rows, &mut batch, ROWS);
        let mut single = vec![0.0; ROWS * outputs];
        for (row, output) in rows.chunks(inputs).zip(single.chunks_mut(outputs)) {
            network.feed_forward(row, output);
        }
        for outputs in [batch, single] {
            let bits: Vec<u32> = outputs
                .iter()
                .map(|value| if value.is_nan() { 0 } else { value.to_bits() })
                .collect();
            assert_eq!(expected.get_or_insert_with(|| bits.clone()), &bits);
        }
    }
});
