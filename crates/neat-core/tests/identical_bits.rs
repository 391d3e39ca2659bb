//! One vector, batches of every size, populations, rows and every instruction
//! set give the same bits.

mod common;

use common::{genome_and_rows, genomes};
use neat_core::{Activation, Genome, Network, RandomGenome, Tier};
use proptest::prelude::*;

/// The bits, with one NaN for all.
fn bits(values: &[f32]) -> Vec<u32> {
    values
        .iter()
        .map(|value| {
            if value.is_nan() {
                f32::NAN.to_bits()
            } else {
                value.to_bits()
            }
        })
        .collect()
}

fn one_by_one(network: &Network, inputs: &[f32]) -> Vec<f32> {
    let mut outputs = Vec::new();
    for row in inputs.chunks(network.input_size()) {
        let mut output = vec![f32::NAN; network.output_size()];
        network.feed_forward(row, &mut output);
        outputs.extend(output);
    }
    outputs
}

/// The first run in the plain layout.
fn reference(genome: &Genome, inputs: &[f32]) -> Vec<u32> {
    let rows = inputs.chunks(genome.input_size());
    let outputs =
        rows.map(|row| one_by_one(&genome.compile_for(Tier::Portable).expect("runs"), row));
    bits(&outputs.collect::<Vec<_>>().concat())
}

fn assert_all_equal(genome: &Genome, inputs: &[f32]) -> Result<(), TestCaseError> {
    let rows = inputs.len() / genome.input_size();
    let expected = reference(genome, inputs);
    for tier in Tier::available() {
        let network = genome.compile_for(tier).expect("runs");
        // Often enough that the layout for single rows is made.
        for _ in 0..64 / rows + 2 {
            prop_assert_eq!(
                &bits(&one_by_one(&network, inputs)),
                &expected,
                "{:?} single",
                tier
            );
        }
        let mut outputs = vec![f32::NAN; rows * genome.output_size()];
        network.feed_forward_batch(inputs, &mut outputs, rows);
        prop_assert_eq!(&bits(&outputs), &expected, "{:?} batch of {}", tier, rows);
    }
    Ok(())
}

#[test]
fn the_tiers_of_this_machine_are_said() {
    let tiers = Tier::available();
    println!("tiers run here: {tiers:?}; chosen: {}", neat_core::simd());
    assert!(tiers.contains(&Tier::Portable));
    assert_eq!(Tier::chosen().map(Tier::name), Ok(neat_core::simd()));
}

/// Activations as lanes compute them, on bit patterns of all sizes.
#[test]
fn activations_have_the_same_bits_in_every_lane() {
    for activation in Activation::ALL {
        let genome = Genome::random_with(
            &RandomGenome {
                inputs: 1,
                outputs: 1,
                hidden: 0,
                connections: 1,
                activations: vec![activation],
            },
            1,
        );
        let inputs: Vec<f32> = (0..=u32::MAX).step_by(99_991).map(f32::from_bits).collect();
        let plain = genome.compile_for(Tier::Portable).expect("runs");
        let mut expected = vec![0.0; inputs.len()];
        plain.feed_forward_batch(&inputs, &mut expected, inputs.len());
        for tier in Tier::available() {
            let network = genome.compile_for(tier).expect("runs");
            let mut outputs = vec![0.0; inputs.len()];
            network.feed_forward_batch(&inputs, &mut outputs, inputs.len());
            assert!(
                bits(&outputs) == bits(&expected),
                "{tier:?} {activation:?} batch"
            );
            assert!(
                bits(&one_by_one(&network, &inputs)) == bits(&expected),
                "{tier:?} {activation:?} single"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn all_paths_agree((genome, inputs, _) in genome_and_rows(1..150)) {
        assert_all_equal(&genome, &inputs)?;
    }

    #[test]
    fn all_paths_agree_on_any_input(
        genome in genomes(),
        words in prop::collection::vec(any::<u32>(), 90),
        special in prop::collection::vec(
            prop::sample::select(vec![0.0, -0.0, 1.0, f32::MAX, f32::MIN_POSITIVE, f32::INFINITY, f32::NAN, 1e-45]), 90),
    ) {
        for inputs in [words.into_iter().map(f32::from_bits).collect::<Vec<_>>(), special] {
            let rows = inputs.len() / genome.input_size();
            assert_all_equal(&genome, &inputs[..rows * genome.input_size()])?;
        }
    }

    #[test]
    fn all_paths_agree_on_huge_weights(genome in genomes(), scale in 0..40i32, seed in any::<u64>()) {
        let mut connections = genome.connections().to_vec();
        for (at, connection) in connections.iter_mut().enumerate() {
            if seed >> (at % 64) & 1 == 1 {
                connection.weight = (connection.weight * 10f32.powi(scale)).clamp(f32::MIN, f32::MAX);
            }
        }
        let genome = Genome::new(genome.nodes().to_vec(), connections, false).expect("valid");
        let inputs: Vec<f32> = (0..genome.input_size() * 5).map(|at| at as f32 - 7.0).collect();
        assert_all_equal(&genome, &inputs)?;
    }
}

#[test]
fn large_networks_agree() {
    for seed in 0..3 {
        let genome = Genome::random_with(
            &RandomGenome {
                inputs: 64,
                outputs: 16,
                hidden: 256,
                connections: 4000,
                activations: vec![],
            },
            seed,
        );
        let inputs: Vec<f32> = (0..64 * 67).map(|at| (at as f32 * 0.37).sin()).collect();
        assert_all_equal(&genome, &inputs).expect("the same bits");
    }
}
