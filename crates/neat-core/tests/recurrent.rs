//! Recurrent networks against an independent evaluator in f64, and against each
//! other.

mod common;

use std::collections::HashMap;

use common::{Value, evaluate_node, genomes};
use neat_core::{ConnectionGene, Genome, NodeKind, RecurrentPopulation, Tier};
use proptest::prelude::*;

/// Graphs with cycles: connections turned round, self-loops, outputs as sources;
/// some disabled, some nodes that reach no output.
fn graphs() -> impl Strategy<Value = Genome> {
    let edges = prop::collection::vec((any::<u32>(), any::<u32>(), -2.0f32..2.0), 0..20);
    (genomes(), edges, any::<u64>()).prop_map(|(genome, edges, mask)| {
        let nodes = genome.nodes().to_vec();
        let inner: Vec<u32> = nodes
            .iter()
            .filter(|n| n.kind != NodeKind::Input)
            .map(|n| n.id)
            .collect();
        let mut connections = genome.connections().to_vec();
        for (at, gene) in connections.iter_mut().enumerate() {
            if mask >> (at % 64) & 1 == 1 && inner.contains(&gene.from) {
                (gene.from, gene.to) = (gene.to, gene.from);
            }
        }
        for (at, (from, to, weight)) in (0..).zip(edges) {
            let pick = |number: u32| inner[number as usize % inner.len()];
            connections.push(ConnectionGene {
                innovation: 1_000_000 + at,
                from: pick(from),
                to: if at % 4 == 0 { pick(from) } else { pick(to) },
                enabled: at % 5 != 3,
                weight,
            });
        }
        Genome::new(nodes, connections, true).expect("still valid")
    })
}

const STEPS: usize = 5;

fn graph_and_rows() -> impl Strategy<Value = (Genome, Vec<f32>, usize)> {
    (graphs(), 1..40usize).prop_flat_map(|(genome, rows)| {
        let inputs = prop::collection::vec(-3.0f32..3.0, genome.input_size() * rows * STEPS);
        (Just(genome), inputs, Just(rows))
    })
}

/// Values of all nodes after one more step.
fn exact_step(
    genome: &Genome,
    inputs: &[f32],
    before: &HashMap<u32, Option<Value>>,
) -> HashMap<u32, Option<Value>> {
    let mut sources = before.clone();
    let input_nodes = genome.nodes().iter().filter(|n| n.kind == NodeKind::Input);
    for (node, &value) in input_nodes.zip(inputs) {
        sources.insert(
            node.id,
            Some(Value {
                value: f64::from(value),
                error: 0.0,
            }),
        );
    }
    let inner = genome.nodes().iter().filter(|n| n.kind != NodeKind::Input);
    inner
        .map(|node| {
            (
                node.id,
                evaluate_node(genome, node, |source| sources[&source]),
            )
        })
        .collect()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values
        .iter()
        .map(|v| if v.is_nan() { 0 } else { v.to_bits() })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn steps_agree_with_f64((genome, inputs, _) in graph_and_rows()) {
        let network = genome.compile_recurrent();
        let mut state = vec![0.0; network.state_size()];
        let mut outputs = vec![f32::NAN; network.output_size()];
        let zero = Some(Value { value: 0.0, error: 0.0 });
        let mut expected = genome.nodes().iter().map(|node| (node.id, zero)).collect();
        for inputs in inputs.chunks(network.input_size()).take(STEPS) {
            network.step(inputs, &mut state, &mut outputs);
            prop_assert_eq!(bits(&state[..outputs.len()]), bits(&outputs));
            expected = exact_step(&genome, inputs, &expected);
            let nodes = genome.nodes().iter().filter(|n| n.kind == NodeKind::Output);
            for (came, node) in outputs.iter().zip(nodes) {
                let Some(expected) = expected[&node.id] else { continue };
                let difference = (f64::from(*came) - expected.value).abs();
                prop_assert!(
                    difference <= expected.error || expected.value.abs() + expected.error > 1e37,
                    "{} not within {} of {}", came, expected.error, expected.value
                );
            }
        }
    }

    #[test]
    fn every_path_and_tier_has_the_same_bits((genome, inputs, rows) in graph_and_rows()) {
        let words = genome.to_packed();
        let (offsets, slots) = ([0, words.len() as u32], (0..rows as u32).rev().collect::<Vec<_>>());
        let mut reference = None;
        for tier in Tier::available() {
            let network = genome.compile_recurrent_for(tier).expect("available");
            let population = RecurrentPopulation::from_packed_for(&words, &offsets, tier).expect("valid");
            let (width, size) = (network.state_size(), network.output_size());
            let mut states = [vec![0.0; rows * width], vec![0.0; rows * width], vec![0.0; rows * width]];
            let mut trace = Vec::new();
            for inputs in inputs.chunks(rows * network.input_size()) {
                let mut outputs = [vec![0.0; rows * size], vec![0.0; rows * size], vec![0.0; rows * size]];
                network.step_batch(inputs, &mut states[0], &mut outputs[0], rows);
                let each = inputs.chunks(network.input_size());
                let each = each.zip(states[1].chunks_mut(width)).zip(outputs[1].chunks_mut(size));
                for ((inputs, state), outputs) in each {
                    network.step(inputs, state, outputs);
                }
                population
                    .step_rows(&vec![0; rows], &slots, inputs, &mut states[2], &mut outputs[2])
                    .expect("valid rows");
                prop_assert_eq!(bits(&outputs[0]), bits(&outputs[1]));
                prop_assert_eq!(bits(&outputs[0]), bits(&outputs[2]));
                trace.extend(bits(&outputs[0]));
            }
            prop_assert_eq!(reference.get_or_insert_with(|| trace.clone()), &trace);
        }
    }

    #[test]
    fn a_population_answers_as_its_networks(
        list in prop::collection::vec(graphs(), 2..5), seed in any::<u32>()
    ) {
        let first = &list[0];
        let shape = |genome: &Genome| (genome.input_size(), genome.output_size());
        let list: Vec<_> = list.iter().filter(|genome| shape(genome) == shape(first)).collect();
        let (mut words, mut offsets) = (Vec::new(), vec![0]);
        for genome in &list {
            words.extend(genome.to_packed());
            offsets.push(words.len() as u32);
        }
        let population = RecurrentPopulation::from_packed(&words, &offsets).expect("one shape");
        let networks: Vec<_> = list.iter().map(|genome| genome.compile_recurrent()).collect();
        let (inputs, outputs) = shape(first);
        let mut states = vec![0.0; list.len() * population.state_size()];
        let mut each: Vec<_> = networks.iter().map(|network| vec![0.0; network.state_size()]).collect();
        for step in 0..STEPS {
            let number = |at: usize| ((at + step) as f32 * 0.7 + seed as f32 * 1e-3).sin();
            let rows: Vec<f32> = (0..list.len() * inputs).map(number).collect();
            let mut came = vec![0.0; list.len() * outputs];
            population.step(&rows, &mut states, &mut came);
            for (at, network) in networks.iter().enumerate() {
                let mut expected = vec![0.0; outputs];
                network.step(&rows[at * inputs..][..inputs], &mut each[at], &mut expected);
                prop_assert_eq!(bits(&came[at * outputs..][..outputs]), bits(&expected));
            }
        }
    }
}

/// An output that adds up its inputs, and a hidden node that reaches nothing.
const SUM: &str = r#"{"format": "neatron/genome", "version": 1, "inputs": 1, "outputs": 1,
    "recurrent": true,
    "nodes": [{"id": 0, "kind": "input"}, {"id": 1, "kind": "output", "activation": "identity"},
              {"id": 2, "kind": "hidden", "activation": "identity"}],
    "connections": [{"innovation": 1, "from": 0, "to": 1, "weight": 1},
                    {"innovation": 2, "from": 1, "to": 1, "weight": 1},
                    {"innovation": 3, "from": 1, "to": 2, "weight": 1}]}"#;

#[test]
fn a_self_loop_adds_up() {
    let genome = Genome::from_json(SUM).expect("valid");
    let network = genome.compile_recurrent();
    assert_eq!(
        (
            network.input_size(),
            network.output_size(),
            network.state_size()
        ),
        (1, 1, 1)
    );
    assert!(network.byte_len() > size_of_val(&network));
    let (mut state, mut output) = ([0.0], [0.0]);
    // More often than the layout for single rows waits for.
    for step in 1..=100 {
        network.step(&[1.5], &mut state, &mut output);
        assert_eq!(output[0], 1.5 * step as f32);
    }
    assert_eq!(genome.feed_forward(&[1.5]), Ok(vec![1.5]));
}

#[test]
fn rows_find_their_states_or_are_refused() {
    let words = Genome::from_json(SUM).expect("valid").to_packed();
    let population =
        RecurrentPopulation::from_packed(&words, &[0, words.len() as u32]).expect("valid");
    let mut states = [0.0; 4];
    let mut step = |slots: &[u32]| {
        let (inputs, mut outputs) = (vec![1.0; slots.len()], vec![0.0; slots.len()]);
        let genome = vec![0; slots.len()];
        let done = population.step_rows(&genome, slots, &inputs, &mut states, &mut outputs);
        done.map(|()| outputs).map_err(|error| error.code())
    };
    assert_eq!(step(&[0, 1, 2, 3]), Ok(vec![1.0; 4]));
    assert_eq!(step(&[3, 1]), Ok(vec![2.0; 2]));
    assert_eq!(step(&[1, 2, 0]), Ok(vec![3.0, 2.0, 2.0]));
    assert_eq!(step(&[1, 0, 1]), Err("SLOT_REPEATED"));
    assert_eq!(step(&[4]), Err("SLOT_INDEX"));
    assert_eq!(step(&[0, 1, 2, 3]), Ok(vec![3.0, 4.0, 3.0, 3.0]));
    let refused = RecurrentPopulation::from_packed(&words, &[0]).map(|_| ());
    assert_eq!(
        refused.map_err(|refused| refused.error.code()),
        Err("POPULATION_SHAPE")
    );
}
