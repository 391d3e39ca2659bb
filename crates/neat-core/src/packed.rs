//! The packed layout: the one form of a genome that both languages know.
//!
//! 32-bit words; f32 numbers as their bits. A header of 5 words: nodes N,
//! connections C, inputs I, outputs O, flags (bit 0: recurrent). Then N nodes of
//! 3 words: id, kind | activation << 8, bias. Then C connections of 5 words:
//! innovation, from, to, enabled (0 or 1), weight.

use crate::{Activation, ConnectionGene, Error, Genome, NodeGene, NodeKind};

pub(crate) const HEADER_WORDS: usize = 5;
pub(crate) const NODE_WORDS: usize = 3;
pub(crate) const CONNECTION_WORDS: usize = 5;
const RECURRENT: u32 = 1;

impl Genome {
    /// The genome of these words.
    ///
    /// # Errors
    /// [`Error::Format`] for words that do not follow the layout, and every
    /// error of [`Genome::new`].
    pub fn from_packed(words: &[u32]) -> Result<Self, Error> {
        let Some((header, genes)) = words.split_at_checked(HEADER_WORDS) else {
            return Err(Error::Format {
                expected: format!("a header of {HEADER_WORDS} words"),
                came: format!("{} words", words.len()),
            });
        };
        let node_words = u64::from(header[0]) * NODE_WORDS as u64;
        let gene_words = node_words + u64::from(header[1]) * CONNECTION_WORDS as u64;
        if gene_words != genes.len() as u64 {
            return Err(Error::Format {
                expected: format!(
                    "{gene_words} words of genes for {} nodes and {} connections",
                    header[0], header[1]
                ),
                came: format!("{}", genes.len()),
            });
        }
        if header[4] & !RECURRENT != 0 {
            return Err(Error::Format {
                expected: "flags 0 or 1".to_owned(),
                came: format!("{}", header[4]),
            });
        }
        let (nodes, connections) = genes.split_at(node_words as usize);
        let mut node_genes = Vec::with_capacity(header[0] as usize);
        for words in nodes.as_chunks::<NODE_WORDS>().0 {
            node_genes.push(read_node(words).ok_or_else(|| unknown_shape(words))?);
        }
        let mut connection_genes = Vec::with_capacity(header[1] as usize);
        for words in connections.chunks_exact(CONNECTION_WORDS) {
            check_enabled(words)?;
            connection_genes.push(read_connection(words));
        }
        let genome = Self::new(node_genes, connection_genes, header[4] & RECURRENT != 0)?;
        genome.expect_sizes(u64::from(header[2]), u64::from(header[3]))?;
        Ok(genome)
    }

    /// The words of this genome.
    pub fn to_packed(&self) -> Vec<u32> {
        let (nodes, connections) = (self.nodes(), self.connections());
        let mut words = Vec::with_capacity(
            HEADER_WORDS + nodes.len() * NODE_WORDS + connections.len() * CONNECTION_WORDS,
        );
        words.extend([
            nodes.len() as u32,
            connections.len() as u32,
            self.input_size() as u32,
            self.output_size() as u32,
            u32::from(self.recurrent()),
        ]);
        for node in nodes {
            let shape = node.kind as u32 | (node.activation as u32) << 8;
            words.extend([node.id, shape, node.bias.to_bits()]);
        }
        for gene in connections {
            words.extend([gene.innovation, gene.from, gene.to]);
            words.extend([u32::from(gene.enabled), gene.weight.to_bits()]);
        }
        words
    }

    /// Checks the counts that a format states beside the nodes themselves.
    pub(crate) fn expect_sizes(&self, inputs: u64, outputs: u64) -> Result<(), Error> {
        if (self.input_size() as u64, self.output_size() as u64) == (inputs, outputs) {
            return Ok(());
        }
        Err(Error::NodeKind {
            expected: format!("{inputs} input and {outputs} output nodes, as stated"),
            came: format!("{} and {}", self.input_size(), self.output_size()),
        })
    }
}

pub(crate) fn read_node(words: &[u32; NODE_WORDS]) -> Option<NodeGene> {
    Some(NodeGene {
        id: words[0],
        kind: NodeKind::from_index(words[1] & 0xff)?,
        activation: Activation::from_index(words[1] >> 8)?,
        bias: f32::from_bits(words[2]),
    })
}

fn unknown_shape(words: &[u32; NODE_WORDS]) -> Error {
    let shape = words[1];
    Error::Format {
        expected: format!(
            "kind below 3 and activation below {} for node {}",
            Activation::COUNT,
            words[0]
        ),
        came: format!("kind {} and activation {}", shape & 0xff, shape >> 8),
    }
}

fn check_enabled(words: &[u32]) -> Result<(), Error> {
    if words[3] > 1 {
        return Err(Error::Format {
            expected: format!("enabled 0 or 1 for innovation {}", words[0]),
            came: format!("{}", words[3]),
        });
    }
    Ok(())
}

#[inline(always)]
fn read_connection(words: &[u32]) -> ConnectionGene {
    ConnectionGene {
        innovation: words[0],
        from: words[1],
        to: words[2],
        enabled: words[3] == 1,
        weight: f32::from_bits(words[4]),
    }
}
