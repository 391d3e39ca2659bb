//! What the integration tests share: an independent evaluator and strategies.
#![allow(dead_code)]

use std::collections::HashMap;

use neat_core::{Activation, ConnectionGene, Genome, NodeGene, NodeKind, RandomGenome};
use proptest::prelude::*;

/// The activation in f64, written from its formula.
pub fn exact(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::Identity => x,
        Activation::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        Activation::SteepenedSigmoid => 1.0 / (1.0 + (-4.9 * x).exp()),
        Activation::Tanh => x.tanh(),
        Activation::Relu => x.max(0.0),
        Activation::LeakyRelu => x.max(0.01 * x),
        Activation::Elu if x < 0.0 => x.exp_m1(),
        Activation::Elu => x,
        Activation::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
        Activation::Gaussian => (-x * x).exp(),
        Activation::Sin => x.sin(),
        Activation::Abs => x.abs(),
        Activation::Step => f64::from(u8::from(x > 0.0)),
    }
}

/// A value and how far f32 arithmetic may be from it.
#[derive(Clone, Copy)]
pub struct Value {
    pub value: f64,
    pub error: f64,
}

/// Evaluates the outputs by recursion over the genes, with a bound on the error
/// that f32 may make. `None` where the bound cannot be given: a step or a sine
/// whose argument is too uncertain.
pub fn evaluate(genome: &Genome, inputs: &[f32]) -> Option<Vec<Value>> {
    let mut known = HashMap::new();
    let input_nodes = genome.nodes().iter().filter(|n| n.kind == NodeKind::Input);
    for (node, &value) in input_nodes.zip(inputs) {
        let value = f64::from(value);
        known.insert(node.id, Some(Value { value, error: 0.0 }));
    }
    let outputs = genome.nodes().iter().filter(|n| n.kind == NodeKind::Output);
    outputs
        .map(|node| node_value(genome, node, &mut known))
        .collect()
}

fn node_value(
    genome: &Genome,
    node: &NodeGene,
    known: &mut HashMap<u32, Option<Value>>,
) -> Option<Value> {
    if let Some(&value) = known.get(&node.id) {
        return value;
    }
    let result = evaluate_node(genome, node, |source| {
        let source = genome.nodes().iter().find(|n| n.id == source);
        node_value(genome, source.expect("a node"), known)
    });
    known.insert(node.id, result);
    result
}

/// Half the smallest f32 above 0: what rounding may cost where products underflow.
const UNDERFLOW: f64 = f32::from_bits(1) as f64 / 2.0;

/// The value of one node from those of its sources.
pub fn evaluate_node(
    genome: &Genome,
    node: &NodeGene,
    mut source: impl FnMut(u32) -> Option<Value>,
) -> Option<Value> {
    let mut sum = f64::from(node.bias);
    let (mut size, mut error, mut terms) = (sum.abs(), 0.0, 1.0);
    let incoming = genome
        .connections()
        .iter()
        .filter(|c| c.enabled && c.to == node.id);
    for connection in incoming {
        let source = source(connection.from)?;
        let weight = f64::from(connection.weight);
        sum += weight * source.value;
        size += (weight * source.value).abs();
        error += weight.abs() * source.error;
        terms += 1.0;
    }
    error += (size * 6e-8 + UNDERFLOW) * (terms + 3.0);
    let value = exact(node.activation, sum);
    let moved = |by| (exact(node.activation, sum + by) - value).abs();
    let spread = moved(error).max(moved(-error)).max(match node.activation {
        Activation::Gaussian | Activation::Sin | Activation::Tanh | Activation::Softplus => error,
        Activation::SteepenedSigmoid => 1.3 * error,
        _ => 0.0,
    });
    let result = Value {
        value,
        error: spread + 1e-6 * value.abs().max(1.0),
    };
    let certain = match node.activation {
        Activation::Step => sum.abs() > error,
        Activation::Sin => sum.abs() + error <= 1e4,
        _ => true,
    };
    certain.then_some(result)
}

/// Genomes of many shapes: skip connections, disabled genes, nodes that reach no
/// output, nodes without connections, two connections between the same nodes,
/// ids far apart, every activation.
pub fn genomes() -> impl Strategy<Value = Genome> {
    let shape = (1..10usize, 1..6usize, 0..40usize, 0..300usize);
    (shape, any::<u64>(), any::<u64>(), any::<bool>()).prop_map(
        |((inputs, outputs, hidden, connections), seed, mask, spread)| {
            let grown = Genome::random_with(
                &RandomGenome {
                    inputs,
                    outputs,
                    hidden,
                    connections,
                    activations: Activation::ALL.to_vec(),
                },
                seed,
            );
            irregular(&grown, mask, spread)
        },
    )
}

/// Disables some connections, doubles one, renumbers and turns the node list.
fn irregular(genome: &Genome, mask: u64, spread: bool) -> Genome {
    let rename = |id: u32| if spread { id * 99_991 + 7 } else { id };
    let mut connections: Vec<_> = genome.connections().to_vec();
    for (at, connection) in connections.iter_mut().enumerate() {
        connection.from = rename(connection.from);
        connection.to = rename(connection.to);
        if at % 3 == 1 && mask >> (at % 64) & 1 == 1 {
            connection.enabled = false;
        }
    }
    if let Some(first) = connections.first() {
        let innovation = connections.len() as u32 + 5;
        connections.push(ConnectionGene {
            innovation,
            weight: -0.75,
            ..*first
        });
    }
    let mut nodes: Vec<_> = genome.nodes().to_vec();
    for node in &mut nodes {
        node.id = rename(node.id);
    }
    if spread {
        nodes.reverse();
    }
    Genome::new(nodes, connections, false).expect("still valid")
}

/// A genome and rows of inputs for it.
pub fn genome_and_rows(
    rows: std::ops::Range<usize>,
) -> impl Strategy<Value = (Genome, Vec<f32>, usize)> {
    (genomes(), rows).prop_flat_map(|(genome, rows)| {
        let inputs = prop::collection::vec(-3.0f32..3.0, genome.input_size() * rows);
        (Just(genome), inputs, Just(rows))
    })
}
