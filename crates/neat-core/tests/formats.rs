//! Packed words and JSON: there and back, and nothing but errors from nonsense.

mod common;

use common::genomes;
use neat_core::{Error, Genome, Population};
use proptest::prelude::*;

const EXAMPLE: &str = r#"{ "format": "neatron/genome", "version": 1, "inputs": 2, "outputs": 1,
  "nodes": [ {"id": 0, "kind": "input"}, {"id": 1, "kind": "input"},
             {"id": 2, "kind": "output", "activation": "sigmoid", "bias": 0.1},
             {"id": 5, "kind": "hidden", "activation": "tanh", "bias": -0.3} ],
  "connections": [ {"innovation": 3, "from": 0, "to": 5, "weight": 1.2, "enabled": true},
                   {"innovation": 4, "from": 5, "to": 2, "weight": -1, "note": "ignored"} ] }"#;

#[test]
fn the_example_of_the_format_reads() {
    let genome = Genome::from_json(EXAMPLE).expect("valid");
    assert_eq!((genome.input_size(), genome.output_size()), (2, 1));
    assert!(genome.connections()[1].enabled);
    let output = genome.feed_forward(&[1.0, 0.0]).expect("finite")[0];
    let expected = 1.0 / (1.0 + (-0.1 + (1.2f64 - 0.3).tanh()).exp());
    assert!((f64::from(output) - expected).abs() < 1e-6);
}

#[test]
fn each_flaw_has_its_code() {
    let cases = [
        (r#""version": 1"#, r#""version": 2"#, "GENOME_FORMAT"),
        (r#""inputs": 2"#, r#""inputs": 3"#, "GENOME_NODE_KIND"),
        (r#""tanh""#, r#""tan""#, "GENOME_FORMAT"),
        (r#""activation": "tanh", "#, "", "GENOME_FORMAT"),
        (r#""id": 5"#, r#""id": 2"#, "GENOME_DUPLICATE_NODE"),
        (r#""id": 5"#, r#""id": -5"#, "GENOME_FORMAT"),
        (
            r#""innovation": 4"#,
            r#""innovation": 3"#,
            "GENOME_DUPLICATE_INNOVATION",
        ),
        (r#""to": 5"#, r#""to": 6"#, "GENOME_UNKNOWN_NODE"),
        (r#""to": 5"#, r#""to": 1"#, "GENOME_NODE_KIND"),
        (r#""to": 5"#, r#""to": 5.5"#, "GENOME_FORMAT"),
        ("1.2", "1e39", "GENOME_NOT_FINITE"),
        ("-0.3", "-1e39", "GENOME_NOT_FINITE"),
        (
            r#""kind": "hidden""#,
            r#""kind": "input""#,
            "GENOME_NODE_KIND",
        ),
        (
            r#""kind": "output""#,
            r#""kind": "hidden""#,
            "GENOME_NODE_KIND",
        ),
    ];
    for (from, to, code) in cases {
        let text = EXAMPLE.replacen(from, to, 1);
        assert_eq!(
            Genome::from_json(&text).map_err(|e| e.code()),
            Err(code),
            "{to}"
        );
    }
    for text in ["", "{}", "[]", "null", "{\"format\": 3}"] {
        assert_eq!(
            Genome::from_json(text).map_err(|e| e.code()),
            Err("GENOME_FORMAT")
        );
    }
}

#[test]
fn cycles_are_named() {
    let text = EXAMPLE.replace(
        r#""note": "ignored"}"#,
        r#""enabled": false}, {"innovation": 5, "from": 5, "to": 7, "weight": 1},
           {"innovation": 6, "from": 7, "to": 9, "weight": 1}, {"innovation": 7, "from": 9, "to": 7, "weight": 1}"#,
    );
    let more = r#""bias": -0.3}, {"id": 7, "kind": "hidden", "activation": "relu"},
        {"id": 9, "kind": "hidden", "activation": "relu"}"#;
    let text = text.replace(r#""bias": -0.3}"#, more);
    let genome = Genome::from_json(&text).expect("valid genes");
    let Err(Error::Cycle { mut nodes }) = genome.compile().map(|_| ()) else {
        panic!("a cycle, though no output can be reached from it")
    };
    nodes.sort_unstable();
    assert_eq!(nodes, [7, 9]);
    let marked = text.replace(r#""inputs": 2"#, r#""recurrent": true, "inputs": 2"#);
    let genome = Genome::from_json(&marked).expect("valid genes");
    assert!(genome.recurrent());
    // The nodes on the cycle reach no output.
    assert_eq!(
        genome.compile_recurrent().state_size(),
        genome.recurrent_plan(0).computed()
    );
    assert_eq!(Genome::from_json(&genome.to_json()), Ok(genome));
}

#[test]
fn populations_have_one_shape() {
    let words = Genome::random().to_packed();
    let other = Genome::from_json(EXAMPLE).expect("valid").to_packed();
    let both = [words.clone(), other].concat();
    let (end, all) = (words.len() as u32, both.len() as u32);
    let code = |offsets: &[u32]| {
        Population::from_packed(&both, offsets)
            .map(|p| p.len())
            .map_err(|e| (e.index, e.error.code()))
    };
    assert_eq!(code(&[0, end]), Ok(1));
    assert_eq!(code(&[0, end, all]), Err((1, "POPULATION_SHAPE")));
    assert_eq!(code(&[]), Err((0, "POPULATION_SHAPE")));
    assert_eq!(code(&[0, end, all + 1]), Err((1, "POPULATION_SHAPE")));
    assert_eq!(code(&[0, end, 3]), Err((1, "POPULATION_SHAPE")));
    assert_eq!(code(&[0, 3]), Err((0, "GENOME_FORMAT")));
}

proptest! {
    #[test]
    fn genomes_survive_both_formats(genome in genomes()) {
        prop_assert_eq!(Genome::from_packed(&genome.to_packed()), Ok(genome.clone()));
        prop_assert_eq!(Genome::from_json(&genome.to_json()), Ok(genome));
    }

    #[test]
    fn every_float_survives_json(bits in any::<u32>()) {
        let weight = f32::from_bits(bits);
        prop_assume!(weight.is_finite());
        let example = Genome::from_json(EXAMPLE).expect("valid");
        let mut genes = example.connections().to_vec();
        genes[0].weight = weight;
        let genome = Genome::new(example.nodes().to_vec(), genes, false).expect("valid");
        let back = Genome::from_json(&genome.to_json()).expect("valid");
        prop_assert_eq!(back.connections()[0].weight.to_bits(), bits);
    }

    #[test]
    fn altered_words_never_panic(
        genome in genomes(), at in any::<prop::sample::Index>(), word in any::<u32>(), cut in any::<bool>(),
        small in any::<bool>(),
    ) {
        let mut words = genome.to_packed();
        let at = at.index(words.len());
        words[at] = if small { word % 64 } else { word };
        if cut { words.truncate(at); }
        let Ok(genome) = Genome::from_packed(&words) else { return Ok(()) };
        if let Ok(network) = genome.compile() {
            let mut outputs = vec![0.0; genome.output_size()];
            network.feed_forward(&vec![1.0; genome.input_size()], &mut outputs);
        }
    }

    #[test]
    fn nonsense_never_panics(words in prop::collection::vec(0u32..20, 0..60), text in ".{0,60}") {
        let _ = Genome::from_packed(&words).map(|genome| genome.compile().is_ok());
        let _ = Genome::from_json(&text);
        let cut = text.len() * 7 % EXAMPLE.len();
        let _ = Genome::from_json(&EXAMPLE[..cut]);
    }
}
