//! Any words as a recurrent genome: an error, or steps that agree between one row, a batch, a
//! population, and the instruction sets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neat_core::{Genome, RecurrentPopulation, Tier};
use neat_core_fuzz::{Agreement, rows_of, words_of};

const ROWS: usize = 37;
const STEPS: usize = 3;

fuzz_target!(|bytes: &[u8]| {
    let words = words_of(bytes);
    let Ok(genome) = Genome::from_packed(&words) else {
        return;
    };
    let (inputs, outputs) = (genome.input_size(), genome.output_size());
    let rows = rows_of(STEPS * ROWS * inputs);
    let offsets = [0, words.len() as u32];
    let mut agreements: [Agreement; STEPS] = Default::default();
    for tier in Tier::available() {
        let network = genome.compile_recurrent_for(tier).expect("any graph compiles");
        let width = network.state_size();
        let population =
            RecurrentPopulation::from_packed_for(&words, &offsets, tier).expect("as the network");
        let [mut single, mut batch, mut slots] =
            std::array::from_fn(|_| vec![0.0f32; ROWS * width]);
        for (rows, agreement) in rows.chunks(ROWS * inputs).zip(&mut agreements) {
            let mut result = vec![0.0; ROWS * outputs];
            network.step_batch(rows, &mut batch, &mut result, ROWS);
            agreement.check(&result);

            result.fill(0.0);
            let each = single.chunks_mut(width).zip(result.chunks_mut(outputs));
            for (row, (state, output)) in rows.chunks(inputs).zip(each) {
                network.step(row, state, output);
            }
            agreement.check(&result);

            result.fill(0.0);
            // Backwards, so that slots are not the ascending ones that need no marks.
            let order: Vec<u32> = (0..ROWS as u32).rev().collect();
            let backwards: Vec<f32> = rows.chunks(inputs).rev().flatten().copied().collect();
            population
                .step_rows(&[0; ROWS], &order, &backwards, &mut slots, &mut result)
                .expect("lengths and slots are right");
            let forwards: Vec<f32> = result.chunks(outputs).rev().flatten().copied().collect();
            agreement.check(&forwards);
        }
    }
});
