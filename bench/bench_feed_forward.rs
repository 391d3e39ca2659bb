//! Feed-forward of one network, for one vector and for 64 rows.

use criterion::{Criterion, criterion_group, criterion_main};
use neat_core::{Genome, RandomGenome};

fn feed_forward(criterion: &mut Criterion) {
    let genome = Genome::random_with(&RandomGenome::default(), 1);
    let network = genome.compile().expect("random genomes have no cycle");
    for rows in [1, 64] {
        let inputs = vec![0.5; rows * genome.input_size()];
        let mut outputs = vec![0.0; rows * genome.output_size()];
        criterion.bench_function(&format!("{rows} rows"), |bencher| {
            bencher.iter(|| network.feed_forward_batch(&inputs, &mut outputs, rows));
        });
    }
}

criterion_group!(benches, feed_forward);
criterion_main!(benches);
