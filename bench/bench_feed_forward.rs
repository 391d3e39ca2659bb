//! Feed-forward in Rust alone. First the promised ratios, contenders side by
//! side; then criterion's statistics for each genome of bench/genomes.
//!
//!     cargo bench --bench bench_feed_forward
//!     cargo bench --bench bench_feed_forward -- 600        only criterion's, only these genomes
//!     cargo bench --bench bench_feed_forward -- --ratios   only the ratios
//!     cargo bench --bench bench_feed_forward -- --ratios 600 population
//!     cargo bench --bench bench_feed_forward -- --json     the same, and a JSON array as the last line
//!
//! With `--quick` the ratios take a fifth of the time.

#[path = "feed_forward/budgets.rs"]
mod budgets;
#[path = "feed_forward/compete.rs"]
mod compete;
#[path = "feed_forward/genomes.rs"]
mod genomes;
#[path = "feed_forward/naive.rs"]
mod naive;
#[path = "feed_forward/peaks.rs"]
mod peaks;

use std::time::Duration;

use criterion::{Criterion, Throughput};
use naive::Naive;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, names): (Vec<&String>, Vec<&String>) = arguments
        .iter()
        .partition(|argument| argument.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|&given| given == flag);
    let only_ratios = has("--ratios") || has("--json");
    if only_ratios || (!has("--test") && names.is_empty()) {
        let budgets = budgets::print(&budgets::Scope {
            turns: if has("--quick") { 61 } else { 301 },
            only: names.into_iter().cloned().collect(),
        });
        if has("--json") {
            println!("{budgets}");
        }
    }
    if !only_ratios {
        // Thirty-two benchmarks: the whole run takes about two minutes.
        let mut criterion = Criterion::default()
            .warm_up_time(Duration::from_millis(500))
            .measurement_time(Duration::from_millis(1500))
            .configure_from_args();
        for (name, genome) in genomes::load() {
            one_genome(&mut criterion, &name, &genome);
        }
        criterion.final_summary();
    }
}

fn one_genome(criterion: &mut Criterion, name: &str, genome: &neat_core::Genome) {
    let network = genome.compile().expect("measured genomes have no cycle");
    let mut naive = Naive::new(genome);
    let mut group = criterion.benchmark_group(name);
    for rows in [1, 64] {
        let inputs = genomes::inputs(rows * genome.input_size());
        let mut outputs = vec![0.0; rows * genome.output_size()];
        // FLOP: criterion's "elements" are counted as 2 x connections x rows.
        group.throughput(Throughput::Elements(
            (2 * naive.connections() * rows) as u64,
        ));
        group.bench_function(format!("{rows} rows"), |bencher| {
            bencher.iter(|| network.feed_forward_batch(&inputs, &mut outputs, rows));
        });
        group.bench_function(format!("{rows} rows, naive loop"), |bencher| {
            bencher.iter(|| {
                let inputs = inputs.chunks(genome.input_size());
                for (inputs, outputs) in inputs.zip(outputs.chunks_mut(genome.output_size())) {
                    naive.feed_forward(inputs, outputs);
                }
            });
        });
    }
    group.finish();
}
