//! Any words: an error, or a network and a population whose paths and instruction sets agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neat_core::{Genome, Population, Tier};
use neat_core_fuzz::{Agreement, rows_of, words_of};

const ROWS: usize = 70;

fuzz_target!(|bytes: &[u8]| {
    let words = words_of(bytes);
    let Ok(genome) = Genome::from_packed(&words) else {
        return;
    };
    let (inputs, outputs) = (genome.input_size(), genome.output_size());
    let rows = rows_of(ROWS * inputs);
    let mut agreement = Agreement::default();
    for tier in Tier::available() {
        let Ok(network) = genome.compile_for(tier) else {
            return;
        };
        let mut batch = vec![0.0; ROWS * outputs];
        network.feed_forward_batch(&rows, &mut batch, ROWS);
        agreement.check(&batch);
        let mut single = vec![0.0; ROWS * outputs];
        for (row, output) in rows.chunks(inputs).zip(single.chunks_mut(outputs)) {
            network.feed_forward(row, output);
        }
        agreement.check(&single);
        // The same genome ROWS times, one row each, often enough for every layout.
        let words = words.repeat(ROWS);
        let offsets: Vec<u32> = (0..=ROWS).map(|at| (at * words.len() / ROWS) as u32).collect();
        let population = Population::from_packed_for(&words, &offsets, tier).expect("it compiled");
        for _ in 0..4 {
            let mut each = vec![0.0; ROWS * outputs];
            population.feed_forward(&rows, &mut each);
            agreement.check(&each);
        }
    }
});
