//! The ratios that are promised (docs/kernels.md), measured side by side.

use std::hint::black_box;

use neat_core::{Activation, Genome, Population, RandomGenome, Tier};

use crate::compete::{Ratio, compete};
use crate::genomes;
use crate::naive::Naive;
use crate::peaks;

/// How long to measure, and on what.
pub struct Scope {
    pub turns: usize,
    /// Parts of the names of the genomes to measure on; none for all.
    pub only: Vec<String>,
}

impl Scope {
    fn includes(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }
}

/// A promised ratio and what was measured.
struct Budget {
    what: String,
    genome: String,
    ratio: Ratio,
    goal: f64,
    unit: &'static str,
}

impl Budget {
    fn json(&self) -> String {
        let Self {
            what,
            genome,
            ratio,
            goal,
            unit,
        } = self;
        let holds = ratio.median >= *goal;
        format!(
            r#"{{"what":"{what}","genome":"{genome}","ratio":{:.3},"low":{:.3},"high":{:.3},"goal":{goal},"holds":{holds},"unit":"{unit}"}}"#,
            ratio.median, ratio.low, ratio.high
        )
    }
}

/// Prints what is measured; gives the budgets as a JSON array.
pub fn print(scope: &Scope) -> String {
    let mut budgets = Vec::new();
    println!("instruction set that runs: {}", neat_core::simd());
    for tier in Tier::available() {
        let peak = peaks::measure(tier);
        let fused = peak.fused.map_or("none".to_owned(), |x| format!("{x:.1}"));
        println!(
            "peak {:9} multiply + add {:.1} GFLOP/s, fused {fused}",
            tier.name(),
            peak.separate
        );
    }
    for (name, genome) in genomes::load() {
        if scope.includes(&name) {
            one_vector(scope, &name, &genome, &mut budgets);
            rows(scope, &name, &genome, &mut budgets);
        }
    }
    if scope.includes("population") {
        for (count, activations) in [
            (1000, vec![Activation::Sigmoid]),
            (1000, vec![]),
            (5000, vec![]),
        ] {
            population(scope, count, activations, &mut budgets);
        }
    }
    let lines: Vec<String> = budgets.iter().map(Budget::json).collect();
    format!("[{}]", lines.join(","))
}

/// Size and kind from a name such as 120-layered.
fn size_and_kind(name: &str) -> (&str, &str) {
    name.rsplit_once('-').unwrap_or((name, ""))
}

fn one_vector(scope: &Scope, name: &str, genome: &Genome, budgets: &mut Vec<Budget>) {
    let inputs = genomes::inputs(genome.input_size());
    let plain = genomes::without_activations(genome);
    let mut naive = Naive::new(genome);
    let mut first = vec![0.0; genome.output_size()];
    let (mut second, mut third) = (first.clone(), first.clone());
    for tier in Tier::available() {
        let network = genome.compile_for(tier).expect("available");
        let linear = plain.compile_for(tier).expect("available");
        let times = compete(
            scope.turns,
            &mut [
                &mut || naive.feed_forward(black_box(&inputs), &mut first),
                &mut || network.feed_forward(black_box(&inputs), &mut second),
                &mut || linear.feed_forward(black_box(&inputs), &mut third),
            ],
        );
        let ratio = times[1].against(&times[0]);
        println!(
            "{name:16} one vector {:9} {:8.1} ns (all identity: {:.1}), naive {:8.1} ns: {}",
            tier.name(),
            times[1].median(),
            times[2].median(),
            times[0].median(),
            shown(ratio)
        );
        let goal = match size_and_kind(name).0 {
            "120" => 1.6,
            "600" => 1.9,
            "4000" => 1.5,
            _ => continue,
        };
        if tier.name() == neat_core::simd() {
            budgets.push(Budget {
                what: format!("one vector against the naive loop, {}", tier.name()),
                genome: name.to_owned(),
                ratio,
                goal,
                unit: "x",
            });
        }
    }
}

fn rows(scope: &Scope, name: &str, genome: &Genome, budgets: &mut Vec<Budget>) {
    const ROWS: usize = 64;
    let inputs = genomes::inputs(ROWS * genome.input_size());
    let mut outputs = vec![0.0; ROWS * genome.output_size()];
    let mut other = outputs.clone();
    let plain = genomes::without_activations(genome);
    let flop = 2 * Naive::new(genome).connections() * ROWS;
    for tier in Tier::available() {
        let network = genome.compile_for(tier).expect("available");
        let linear = plain.compile_for(tier).expect("available");
        let (peak, peak_flop) = peaks::highest(tier);
        let times = compete(
            scope.turns,
            &mut [
                &mut || {
                    black_box(peak());
                },
                &mut || network.feed_forward_batch(black_box(&inputs), &mut outputs, ROWS),
                &mut || linear.feed_forward_batch(black_box(&inputs), &mut other, ROWS),
            ],
        );
        let flop_ratio = flop as f64 / peak_flop as f64;
        let share = times[1].against(&times[0]).times(100.0 * flop_ratio);
        println!(
            "{name:16} 64 rows    {:9} {:8.2} ns a row (all identity: {:.2}), {:6.1} GFLOP/s: {:.1} % of the peak ({:.1} to {:.1})",
            tier.name(),
            times[1].median() / ROWS as f64,
            times[2].median() / ROWS as f64,
            flop as f64 / times[1].median(),
            share.median,
            share.low,
            share.high
        );
        let (size, kind) = size_and_kind(name);
        let goal = match (tier.name(), size) {
            ("avx512", "120") => 27.0,
            ("avx512", "600") => 37.0,
            ("avx512", "4000") => 50.0,
            ("avx2", "120") => 23.0,
            ("avx2", "600") => 31.0,
            ("avx2", "4000") => 38.0,
            _ => continue,
        };
        if kind == "layered" {
            budgets.push(Budget {
                what: format!("64 rows, share of the FMA peak, {}", tier.name()),
                genome: name.to_owned(),
                ratio: share,
                goal,
                unit: "%",
            });
        }
    }
}

/// One row for each of many genomes, on one thread and on all; no activations
/// means mixed ones.
fn population(
    scope: &Scope,
    count: usize,
    activations: Vec<Activation>,
    budgets: &mut Vec<Budget>,
) {
    let kind = ["one activation", "mixed"][usize::from(activations.is_empty())];
    let options = RandomGenome {
        inputs: 8,
        outputs: 4,
        hidden: 16,
        connections: 100,
        activations,
    };
    let genomes: Vec<Genome> = (0..count as u64)
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
    let times = compete(
        scope.turns,
        &mut [
            &mut || {
                let rows = inputs.chunks(8).zip(first.chunks_mut(4));
                for (network, (inputs, outputs)) in naive.iter_mut().zip(rows) {
                    network.feed_forward(inputs, outputs);
                }
            },
            &mut || population.feed_forward_alone(black_box(&inputs), &mut second),
            &mut || {
                black_box(Population::from_packed(&words, &offsets).expect("one shape"));
            },
        ],
    );
    // Without the others, which would take the memory from the second thread's caches.
    let threads = compete(
        scope.turns,
        &mut [
            &mut || population.feed_forward_alone(black_box(&inputs), &mut second),
            &mut || population.feed_forward(black_box(&inputs), &mut third),
        ],
    );
    let name = format!("{count} x 100, {kind}");
    let (against_naive, two) = (times[1].against(&times[0]), threads[1].against(&threads[0]));
    let each = |time: f64| time / count as f64;
    println!(
        "population {name}: {:.1} ns a genome on one thread, naive {:.1} ns: {}; compile {:.0} ns a genome",
        each(times[1].median()),
        each(times[0].median()),
        shown(against_naive),
        each(times[2].median())
    );
    println!(
        "population {name}: {} threads, {:.1} ns a genome: {}",
        rayon::current_num_threads(),
        each(threads[1].median()),
        shown(two)
    );
    if count == 1000 {
        for (what, ratio, goal) in [
            (
                "population, one row each, against the naive loop",
                against_naive,
                2.0,
            ),
            (
                "population, one row each, two threads against one",
                two,
                1.7,
            ),
        ] {
            budgets.push(Budget {
                what: what.to_owned(),
                genome: name.clone(),
                ratio,
                goal,
                unit: "x",
            });
        }
    }
}

fn shown(ratio: Ratio) -> String {
    format!(
        "{:.2} times as fast ({:.2} to {:.2})",
        ratio.median, ratio.low, ratio.high
    )
}
