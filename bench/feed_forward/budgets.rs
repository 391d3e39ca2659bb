//! The ratios that are promised, measured side by side: the contenders take
//! turns of some tens of microseconds. Medians are shown, and what the fastest
//! turns give: on a busy machine these say more about the code.

use std::hint::black_box;
use std::time::Instant;

use neat_core::{Activation, Genome, Population, RandomGenome, Tier};

use crate::genomes;
use crate::naive::Naive;
use crate::peaks::Peak;

const TURNS: usize = 301;
const TURN_NANOS: f64 = 40_000.0;

/// Nanoseconds of a call.
#[derive(Clone, Copy)]
struct Took {
    median: f64,
    fastest: f64,
}

impl Took {
    fn of(mut samples: Vec<f64>) -> Self {
        samples.sort_unstable_by(f64::total_cmp);
        Self {
            median: samples[samples.len() / 2],
            fastest: samples[0],
        }
    }

    /// By how many times this is faster, by the medians and by the fastest turns.
    fn against(self, other: Self) -> String {
        format!(
            "{:.2} times as fast ({:.2} at best)",
            other.median / self.median,
            other.fastest / self.fastest
        )
    }
}

/// What each contender takes.
fn compete(contenders: &mut [&mut dyn FnMut()]) -> Vec<Took> {
    let mut repeats = Vec::new();
    for contender in contenders.iter_mut() {
        for _ in 0..200 {
            contender();
        }
        let nanos = turn(contender, 20);
        repeats.push(((TURN_NANOS / nanos) as usize).max(1));
    }
    let mut samples = vec![Vec::with_capacity(TURNS); contenders.len()];
    for _ in 0..TURNS {
        for (at, contender) in contenders.iter_mut().enumerate() {
            samples[at].push(turn(contender, repeats[at]));
        }
    }
    samples.into_iter().map(Took::of).collect()
}

fn turn(contender: &mut dyn FnMut(), repeats: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..repeats {
        contender();
    }
    start.elapsed().as_nanos() as f64 / repeats as f64
}

pub fn print(peaks: &[Peak]) {
    for peak in peaks {
        let fused = peak
            .fused
            .map_or("none".to_owned(), |fused| format!("{fused:.1}"));
        println!(
            "peak {:9} multiply + add {:.1} GFLOP/s, fused {fused}",
            peak.tier.name(),
            peak.separate
        );
    }
    for (name, genome) in genomes::load() {
        one_vector(&name, &genome);
        rows(&name, &genome, peaks);
    }
    let sigmoid = vec![Activation::Sigmoid];
    for (count, activations) in [(1000, sigmoid), (1000, vec![]), (5000, vec![])] {
        population(count, activations);
    }
}

fn one_vector(name: &str, genome: &Genome) {
    let inputs = genomes::inputs(genome.input_size());
    let mut naive = Naive::new(genome);
    let (mut first, mut second) = (
        vec![0.0; genome.output_size()],
        vec![0.0; genome.output_size()],
    );
    for tier in Tier::available() {
        let network = genome.compile_for(tier).expect("available");
        let times = compete(&mut [
            &mut || naive.feed_forward(black_box(&inputs), &mut first),
            &mut || network.feed_forward(black_box(&inputs), &mut second),
        ]);
        println!(
            "{name:16} one vector {:9} {:8.1} ns, naive {:8.1} ns, {}",
            tier.name(),
            times[1].median,
            times[0].median,
            times[1].against(times[0])
        );
    }
}

fn rows(name: &str, genome: &Genome, peaks: &[Peak]) {
    const ROWS: usize = 64;
    let inputs = genomes::inputs(ROWS * genome.input_size());
    let mut outputs = vec![0.0; ROWS * genome.output_size()];
    let flop = 2 * Naive::new(genome).connections() * ROWS;
    for peak in peaks {
        let network = genome.compile_for(peak.tier).expect("available");
        let times = compete(&mut [&mut || {
            network.feed_forward_batch(black_box(&inputs), &mut outputs, ROWS);
        }]);
        let rate = flop as f64 / times[0].median;
        let share = 100.0 / peak.fused.unwrap_or(peak.separate);
        println!(
            "{name:16} 64 rows    {:9} {:8.2} ns a row, {rate:6.1} GFLOP/s, {:4.1} % of the peak ({:.1} at best)",
            peak.tier.name(),
            times[0].median / ROWS as f64,
            rate * share,
            flop as f64 / times[0].fastest * share
        );
    }
}

/// One row for each of many genomes, on one thread and on all; no activations
/// means mixed ones.
fn population(count: u64, activations: Vec<Activation>) {
    let kind = ["one activation", "mixed"][usize::from(activations.is_empty())];
    let options = RandomGenome {
        inputs: 8,
        outputs: 4,
        hidden: 16,
        connections: 100,
        activations,
    };
    let genomes: Vec<Genome> = (0..count)
        .map(|seed| Genome::random_with(&options, seed))
        .collect();
    let mut words = Vec::new();
    let mut offsets = vec![0];
    for genome in &genomes {
        words.extend(genome.to_packed());
        offsets.push(words.len() as u32);
    }
    let mut naive: Vec<Naive> = genomes.iter().map(Naive::new).collect();
    let population = Population::from_packed(&words, &offsets).expect("one shape");
    let inputs = genomes::inputs(population.len() * 8);
    let mut first = vec![0.0; population.len() * 4];
    let (mut second, mut third) = (first.clone(), first.clone());
    let one = rayon::ThreadPoolBuilder::new().num_threads(1);
    let one = one.build().expect("a thread");
    let times = one.install(|| {
        compete(&mut [
            &mut || {
                let rows = inputs.chunks(8).zip(first.chunks_mut(4));
                for (network, (inputs, outputs)) in naive.iter_mut().zip(rows) {
                    network.feed_forward(inputs, outputs);
                }
            },
            &mut || population.feed_forward(black_box(&inputs), &mut second),
            &mut || {
                black_box(Population::from_packed(&words, &offsets).expect("one shape"));
            },
        ])
    });
    // Both hand their work over to other threads.
    let threads = compete(&mut [
        &mut || one.install(|| population.feed_forward(black_box(&inputs), &mut second)),
        &mut || population.feed_forward(black_box(&inputs), &mut third),
    ]);
    let each = |took: Took| took.median / count as f64;
    println!(
        "population {count} x 100, {kind}: {:.1} ns a genome on one thread, naive {:.1} ns, {}",
        each(times[1]),
        each(times[0]),
        times[1].against(times[0])
    );
    println!(
        "population {count} x 100, {kind}: {} threads {}; compile {:.0} ns a genome ({:.0} at best)",
        rayon::current_num_threads(),
        threads[1].against(threads[0]),
        each(times[2]),
        times[2].fastest / count as f64
    );
}
