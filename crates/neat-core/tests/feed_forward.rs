//! Networks against an independent evaluator in f64.

mod common;

use common::{evaluate, exact, genome_and_rows};
use neat_core::{Activation, Genome, RandomGenome};
use proptest::prelude::*;

fn assert_close(activation: Activation, x: f32) {
    let expected = exact(activation, f64::from(x));
    let came = f64::from(activation.apply(x));
    let scale = expected.abs().max(1.0);
    assert!(
        (came - expected).abs() <= 1e-6 * scale,
        "{}({x:e}) = {came:e}, not {expected:e}",
        activation.name()
    );
}

#[test]
fn activations_hold_their_accuracy_over_all_sizes() {
    for activation in Activation::ALL {
        // Every 997th bit pattern: all exponents, both signs.
        for bits in (0..=u32::MAX).step_by(9973) {
            let x = f32::from_bits(bits);
            if x.is_finite() && (activation != Activation::Sin || x.abs() <= 1e4) {
                assert_close(activation, x);
            }
        }
        for step in -200_000i32..=200_000 {
            assert_close(activation, step as f32 * 1e-4);
        }
    }
    for step in -1_000_000..=1_000_000 {
        assert_close(Activation::Sin, step as f32 * 0.01);
    }
}

#[test]
fn activations_saturate_and_let_nan_through() {
    for activation in Activation::ALL {
        let at_nan = activation.apply(f32::NAN);
        if activation == Activation::Step {
            assert_eq!(at_nan, 0.0, "x > 0 does not hold for NaN");
        } else {
            assert!(at_nan.is_nan(), "{}", activation.name());
        }
    }
    for big in [1e3, 1e30, f32::MAX, f32::INFINITY] {
        for activation in [Activation::Sigmoid, Activation::SteepenedSigmoid] {
            assert_eq!(activation.apply(big), 1.0);
            assert_eq!(activation.apply(-big), 0.0);
        }
        assert_eq!(
            [Activation::Tanh.apply(big), Activation::Tanh.apply(-big)],
            [1.0, -1.0]
        );
        assert_eq!(
            [Activation::Elu.apply(big), Activation::Elu.apply(-big)],
            [big, -1.0]
        );
        assert_eq!(
            [
                Activation::Softplus.apply(big),
                Activation::Softplus.apply(-big)
            ],
            [big, 0.0]
        );
        assert_eq!(Activation::Gaussian.apply(big), 0.0);
        assert!(big.is_infinite() || Activation::Sin.apply(big).abs() <= 1.0);
    }
}

#[test]
fn names_lead_back_to_their_activation() {
    for (index, activation) in (0..).zip(Activation::ALL) {
        assert_eq!(Activation::from_name(activation.name()), Some(activation));
        assert_eq!(Activation::from_index(index), Some(activation));
    }
    assert_eq!(Activation::from_name("softmax"), None);
    assert_eq!(Activation::from_index(12), None);
}

#[test]
fn the_example_genome_answers() {
    let genome = Genome::random();
    let outputs = genome.feed_forward(&vec![0.5; genome.input_size()]);
    assert_eq!(outputs.map(|row| row.len()), Ok(genome.output_size()));
}

#[test]
fn random_genomes_have_the_size_asked_for() {
    let options = RandomGenome {
        connections: 120,
        ..RandomGenome::default()
    };
    let genome = Genome::random_with(&options, 1);
    assert_eq!(genome.connections().len(), 120);
    assert_eq!(genome, Genome::random_with(&options, 1));
    assert_ne!(genome, Genome::random_with(&options, 2));
    let full = RandomGenome {
        inputs: 2,
        outputs: 1,
        hidden: 3,
        connections: 1000,
        activations: vec![],
    };
    assert_eq!(Genome::random_with(&full, 1).connections().len(), 14);
}

#[test]
fn wrong_lengths_and_numbers_are_refused() {
    let genome = Genome::random_with(&RandomGenome::default(), 3);
    let code = |inputs: &[f32]| genome.feed_forward(inputs).map_err(|e| e.code());
    assert_eq!(code(&[0.0; 7]), Err("INPUT_LENGTH"));
    let mut inputs = [0.0; 8];
    inputs[3] = f32::NAN;
    assert_eq!(code(&inputs), Err("INPUT_NOT_FINITE"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn outputs_agree_with_f64((genome, inputs, rows) in genome_and_rows(1..4)) {
        let network = genome.compile().expect("no cycle");
        let size = genome.output_size();
        let mut outputs = vec![f32::NAN; size * rows];
        network.feed_forward_batch(&inputs, &mut outputs, rows);
        for (row, inputs) in inputs.chunks(genome.input_size()).enumerate() {
            let Some(expected) = evaluate(&genome, inputs) else { continue };
            for (came, expected) in outputs[row * size..].iter().zip(expected) {
                let difference = (f64::from(*came) - expected.value).abs();
                // A chain of leaps can overflow f32, where f64 goes on.
                prop_assert!(
                    difference <= expected.error || expected.value.abs() + expected.error > 1e38,
                    "{came} not within {} of {}", expected.error, expected.value
                );
            }
        }
    }
}
