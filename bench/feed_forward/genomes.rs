//! The genomes to measure on: bench/genomes/*.json.

use std::fs;
use std::path::Path;

use neat_core::{Activation, Genome};

/// Name and genome, by name length and name: small sizes first.
pub fn load() -> Vec<(String, Genome)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/genomes");
    let mut genomes: Vec<(String, Genome)> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_stem()?.to_str()?.to_owned();
            let text = fs::read_to_string(&path).ok()?;
            let genome = Genome::from_json(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            Some((name, genome))
        })
        .collect();
    genomes.sort_by_key(|(name, genome)| (genome.connections().len(), name.clone()));
    genomes
}

/// The same connections between nodes that only add: what the rest takes is the
/// activations.
pub fn without_activations(genome: &Genome) -> Genome {
    let mut nodes = genome.nodes().to_vec();
    for node in &mut nodes {
        node.activation = Activation::Identity;
    }
    Genome::new(nodes, genome.connections().to_vec(), false).expect("as valid as the genome")
}

/// Inputs between -1 and 1, the same each time.
pub fn inputs(len: usize) -> Vec<f32> {
    (0..len)
        .map(|at| ((at * 7919 % 2003) as f32 / 1001.0) - 1.0)
        .collect()
}
