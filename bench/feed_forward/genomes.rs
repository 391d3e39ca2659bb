//! The genomes to measure on: bench/genomes/*.json.

use std::fs;
use std::path::Path;

use neat_core::Genome;

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

/// Inputs between -1 and 1, the same each time.
pub fn inputs(len: usize) -> Vec<f32> {
    (0..len)
        .map(|at| ((at * 7919 % 2003) as f32 / 1001.0) - 1.0)
        .collect()
}
