//! The JSON format `neatron/genome`, version 1. Unknown keys are ignored.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Activation, ConnectionGene, Error, Genome, NodeGene, NodeKind};

const FORMAT: &str = "neatron/genome";
const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
struct JsonGenome<'a> {
    #[serde(borrow)]
    format: Cow<'a, str>,
    version: u64,
    inputs: u64,
    outputs: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    recurrent: bool,
    #[serde(borrow)]
    nodes: Vec<JsonNode<'a>>,
    connections: Vec<JsonConnection>,
}

#[derive(Serialize, Deserialize)]
struct JsonNode<'a> {
    id: u32,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    activation: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bias: Option<f32>,
}

#[derive(Serialize, Deserialize)]
struct JsonConnection {
    innovation: u32,
    from: u32,
    to: u32,
    weight: f32,
    #[serde(default = "enabled_by_default")]
    enabled: bool,
}

fn enabled_by_default() -> bool {
    true
}

impl Genome {
    /// Reads the JSON format.
    ///
    /// # Errors
    /// [`Error::Format`] for a text that is not of the format, and every error
    /// of [`Genome::new`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let json: JsonGenome = serde_json::from_str(text).map_err(|error| Error::Format {
            expected: format!("{FORMAT} as JSON"),
            came: error.to_string(),
        })?;
        if json.format != FORMAT || json.version != VERSION {
            return Err(Error::Format {
                expected: format!("format {FORMAT}, version {VERSION}"),
                came: format!("format {}, version {}", json.format, json.version),
            });
        }
        let nodes = json
            .nodes
            .iter()
            .map(read_node)
            .collect::<Result<Vec<_>, _>>()?;
        let connections = json.connections.iter().map(read_connection).collect();
        let genome = Self::new(nodes, connections, json.recurrent)?;
        genome.expect_sizes(json.inputs, json.outputs)?;
        Ok(genome)
    }

    /// Writes the JSON format; each number reads back as the same f32.
    pub fn to_json(&self) -> String {
        let json = JsonGenome {
            format: FORMAT.into(),
            version: VERSION,
            inputs: self.input_size() as u64,
            outputs: self.output_size() as u64,
            recurrent: self.recurrent(),
            nodes: self.nodes().iter().map(write_node).collect(),
            connections: self.connections().iter().map(write_connection).collect(),
        };
        serde_json::to_string(&json).unwrap_or_else(|error| {
            unreachable!("names and finite numbers always serialize: {error}")
        })
    }
}

fn read_node(node: &JsonNode) -> Result<NodeGene, Error> {
    let kind = match &*node.kind {
        "input" => NodeKind::Input,
        "output" => NodeKind::Output,
        "hidden" => NodeKind::Hidden,
        other => {
            return Err(Error::Format {
                expected: format!("kind input, output or hidden for node {}", node.id),
                came: format!("{other:?}"),
            });
        }
    };
    let activation = match &node.activation {
        Some(name) => Activation::from_name(name),
        None if kind == NodeKind::Input => Some(Activation::Identity),
        None => None,
    };
    let Some(activation) = activation else {
        return Err(Error::Format {
            expected: format!(
                "an activation for node {} out of {}",
                node.id,
                Activation::NAMES.join(", ")
            ),
            came: format!("{:?}", node.activation.as_deref().unwrap_or("none")),
        });
    };
    Ok(NodeGene {
        id: node.id,
        kind,
        activation,
        bias: node.bias.unwrap_or(0.0),
    })
}

fn read_connection(gene: &JsonConnection) -> ConnectionGene {
    ConnectionGene {
        innovation: gene.innovation,
        from: gene.from,
        to: gene.to,
        enabled: gene.enabled,
        weight: gene.weight,
    }
}

fn write_node(node: &NodeGene) -> JsonNode<'static> {
    let computed = node.kind != NodeKind::Input;
    JsonNode {
        id: node.id,
        kind: node.kind.name().into(),
        activation: computed.then(|| node.activation.name().into()),
        bias: computed.then_some(node.bias),
    }
}

fn write_connection(gene: &ConnectionGene) -> JsonConnection {
    JsonConnection {
        innovation: gene.innovation,
        from: gene.from,
        to: gene.to,
        weight: gene.weight,
        enabled: gene.enabled,
    }
}
