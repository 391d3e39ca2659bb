//! One vector, batches of every size, populations, rows and every instruction
//! set give the same bits.

mod common;

use common::{genome_and_rows, genomes};
use neat_core::{Activation, Genome, Network, Population, RandomGenome, Tier};
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

/// Every activation with every number, side by side with the others.
#[test]
fn populations_agree_on_any_input() {
    let (genomes, words, offsets) = packed(64, 77);
    let special = [
        0.0,
        -0.0,
        f32::MAX,
        f32::INFINITY,
        f32::NAN,
        1e-45,
        1e4,
        -90.0,
    ];
    for tier in Tier::available() {
        let population = Population::from_packed_for(&words, &offsets, tier).expect("one shape");
        for seed in 0..200usize {
            let number = |at: usize| match (at * 31 + seed * 17) % 41 {
                hit if hit < special.len() => special[hit],
                _ => f32::from_bits((at * 0x9e37_79b9 + seed * 0x85eb_ca6b) as u32),
            };
            let inputs: Vec<f32> = (0..64 * 5).map(number).collect();
            let mut outputs = vec![f32::NAN; 64 * 3];
            population.feed_forward(&inputs, &mut outputs);
            let rows = genomes.iter().zip(inputs.chunks(5));
            let expected: Vec<u32> = rows
                .flat_map(|(genome, row)| reference(genome, row))
                .collect();
            assert!(bits(&outputs) == expected, "{tier:?}, seed {seed}");
        }
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

/// Genomes of one shape, packed.
fn packed(count: u64, seed: u64) -> (Vec<Genome>, Vec<u32>, Vec<u32>) {
    let (mut genomes, mut words, mut offsets) = (Vec::new(), Vec::new(), vec![0]);
    for at in 0..count {
        let options = RandomGenome {
            inputs: 5,
            outputs: 3,
            hidden: (at % 23) as usize,
            connections: (at * 7 % 130) as usize,
            activations: Activation::ALL.to_vec(),
        };
        let genome = Genome::random_with(&options, seed + at);
        words.extend(genome.to_packed());
        offsets.push(words.len() as u32);
        genomes.push(genome);
    }
    (genomes, words, offsets)
}

fn assert_population_equal(genomes: u64, rows: usize, seed: u64) {
    let (genomes, words, offsets) = packed(genomes, seed);
    let inputs: Vec<f32> = (0..genomes.len().max(rows) * 5)
        .map(|at| (at as f32 * 0.71 + seed as f32).sin() * 3.0)
        .collect();
    let row = |genome: &Genome, row: usize| reference(genome, &inputs[row * 5..][..5]);
    // Skewed: some genomes answer many rows, some none.
    let asked: Vec<u32> = (0..rows)
        .map(|r| (r * r * 31 % genomes.len()) as u32)
        .collect();
    let each: Vec<u32> = genomes
        .iter()
        .enumerate()
        .flat_map(|(at, genome)| row(genome, at))
        .collect();
    let by_row: Vec<u32> = asked
        .iter()
        .enumerate()
        .flat_map(|(r, &index)| row(&genomes[index as usize], r))
        .collect();
    for tier in Tier::available() {
        let population = Population::from_packed_for(&words, &offsets, tier).expect("one shape");
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("threads");
            // Often enough that the layout for one row each is made.
            for run in 0..4 {
                let mut outputs = vec![f32::NAN; genomes.len() * 3];
                let inputs = &inputs[..genomes.len() * 5];
                pool.install(|| population.feed_forward(inputs, &mut outputs));
                assert!(
                    bits(&outputs) == each,
                    "{tier:?}, {threads} threads, one row each, run {run}"
                );
            }
            let mut outputs = vec![f32::NAN; rows * 3];
            pool.install(|| {
                population.feed_forward_rows(&asked, &inputs[..rows * 5], &mut outputs)
            })
            .expect("valid rows");
            assert!(
                bits(&outputs) == by_row,
                "{tier:?}, {threads} threads, rows"
            );
        }
    }
}

#[test]
fn populations_agree_with_their_genomes() {
    assert_population_equal(1, 1, 1);
    assert_population_equal(3, 100, 2);
    assert_population_equal(40, 7, 3);
    // Large enough for several threads.
    assert_population_equal(3600, 3000, 4);
}

#[test]
fn rows_of_unknown_genomes_and_wrong_lengths_are_refused() {
    let (_, words, offsets) = packed(3, 1);
    let population = Population::from_packed(&words, &offsets).expect("one shape");
    let code = |genome: &[u32], inputs: usize, outputs: usize| {
        population
            .feed_forward_rows(genome, &vec![0.0; inputs], &mut vec![0.0; outputs])
            .map_err(|error| error.code())
    };
    assert_eq!(code(&[2, 0], 10, 6), Ok(()));
    assert_eq!(code(&[2, 3], 10, 6), Err("GENOME_INDEX"));
    assert_eq!(code(&[2, 0], 9, 6), Err("INPUT_LENGTH"));
    assert_eq!(code(&[2, 0], 10, 7), Err("OUTPUT_LENGTH"));
    assert_eq!(code(&[], 0, 0), Ok(()));
}
