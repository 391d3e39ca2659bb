//! Few small networks through every path: quick enough for miri.

use neat_core::{Activation, Genome, Population, RandomGenome, Tier};

fn genome(seed: u64) -> Genome {
    let options = RandomGenome {
        inputs: 3,
        outputs: 2,
        hidden: 5,
        connections: 20,
        activations: Activation::ALL.to_vec(),
    };
    Genome::random_with(&options, seed)
}

#[test]
fn every_path_gives_the_same_row() {
    let genomes: Vec<Genome> = (0..3).map(genome).collect();
    let (mut words, mut offsets) = (Vec::new(), vec![0]);
    for genome in &genomes {
        words.extend(genome.to_packed());
        offsets.push(words.len() as u32);
    }
    let inputs: Vec<f32> = (0..3 * 7).map(|at| at as f32 * 0.25 - 2.0).collect();
    for tier in Tier::available() {
        let population = Population::from_packed_for(&words, &offsets, tier).expect("one shape");
        let mut by_rows = [0.0; 7 * 2];
        let asked = [2, 0, 0, 2, 0, 0, 2];
        population
            .feed_forward_rows(&asked, &inputs, &mut by_rows)
            .expect("valid rows");
        let mut each = [0.0; 3 * 2];
        population.feed_forward(&inputs[..9], &mut each);
        for (index, genome) in genomes.iter().enumerate() {
            let network = genome.compile_for(tier).expect("no cycle");
            let mut batch = [0.0; 7 * 2];
            network.feed_forward_batch(&inputs, &mut batch, 7);
            // More often than the layout for single rows waits for.
            for repeat in 0..70 {
                let row = repeat % 7;
                let mut single = [0.0; 2];
                network.feed_forward(&inputs[row * 3..][..3], &mut single);
                assert_eq!(single, batch[row * 2..][..2]);
            }
            assert_eq!(each[index * 2..][..2], batch[index * 2..][..2]);
            for (row, _) in asked
                .iter()
                .enumerate()
                .filter(|(_, asked)| **asked == index as u32)
            {
                assert_eq!(by_rows[row * 2..][..2], batch[row * 2..][..2]);
            }
        }
    }
}
