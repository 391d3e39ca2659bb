//! Any text: an error or a genome that survives both formats and compiles or says why not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neat_core::Genome;

fuzz_target!(|text: &str| {
    let Ok(genome) = Genome::from_json(text) else {
        return;
    };
    assert_eq!(Genome::from_json(&genome.to_json()).as_ref(), Ok(&genome));
    assert_eq!(Genome::from_packed(&genome.to_packed()).as_ref(), Ok(&genome));
    if let Ok(network) = genome.compile() {
        let mut outputs = vec![0.0; genome.output_size()];
        network.feed_forward(&vec![1.0; genome.input_size()], &mut outputs);
    }
});
