//! What can be wrong with a genome, a population, or the numbers handed to them.

use std::fmt;

/// Every way in which neat-core refuses its input.
///
/// [`Error::code`] is stable; the message says what was expected, what came,
/// and what to do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The text or the packed words are no genome of the known format.
    Format {
        /// What the format asks for at this place.
        expected: String,
        /// What stood there.
        came: String,
    },
    /// Enabled connections of a feed-forward genome form a cycle.
    Cycle {
        /// Ids of the nodes on the cycle, in the direction of the connections.
        nodes: Vec<u32>,
    },
    /// A connection names a node that the genome does not have.
    UnknownNode {
        /// Innovation number of the connection.
        innovation: u32,
        /// The id that is missing.
        node: u32,
    },
    /// Two nodes have the same id.
    DuplicateNode {
        /// The id.
        node: u32,
    },
    /// Two connections have the same innovation number.
    DuplicateInnovation {
        /// The innovation number.
        innovation: u32,
    },
    /// A weight or a bias is NaN or infinite.
    NotFinite {
        /// Which number, such as `bias of node 3`.
        what: String,
        /// Its value.
        value: f32,
    },
    /// A node does not fit its kind, or the kinds do not fit the counts.
    NodeKind {
        /// What the kind asks for.
        expected: String,
        /// What came.
        came: String,
    },
    /// The genomes of a population do not fit together.
    PopulationShape {
        /// What the population asks for.
        expected: String,
        /// What came.
        came: String,
    },
    /// A row asks for a genome that the population does not have.
    GenomeIndex {
        /// The row.
        row: usize,
        /// The index it asks for.
        index: u32,
        /// Size of the population.
        len: usize,
    },
    /// An input slice has the wrong length.
    InputLength {
        /// Length in numbers (not bytes).
        expected: usize,
        /// Length that came.
        came: usize,
    },
    /// An output slice has the wrong length.
    OutputLength {
        /// Length in numbers (not bytes).
        expected: usize,
        /// Length that came.
        came: usize,
    },
    /// An input is NaN or infinite.
    InputNotFinite {
        /// Position in the input.
        index: usize,
        /// Its value.
        value: f32,
    },
    /// An output came out NaN or infinite: finite inputs can overflow.
    OutputNotFinite {
        /// Position in the output.
        index: usize,
        /// Its value.
        value: f32,
    },
    /// A row asks for a state that is not there.
    SlotIndex {
        /// The row.
        row: usize,
        /// The slot it asks for.
        slot: u32,
        /// How many states there are.
        len: usize,
    },
    /// Two rows of one call ask for the same state.
    SlotRepeated {
        /// The later row.
        row: usize,
        /// The slot.
        slot: u32,
    },
    /// An instruction set was asked for that the machine has not.
    SimdUnavailable {
        /// The name that was given.
        name: String,
    },
}

impl Error {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format { .. } => "GENOME_FORMAT",
            Self::Cycle { .. } => "GENOME_CYCLE",
            Self::UnknownNode { .. } => "GENOME_UNKNOWN_NODE",
            Self::DuplicateNode { .. } => "GENOME_DUPLICATE_NODE",
            Self::DuplicateInnovation { .. } => "GENOME_DUPLICATE_INNOVATION",
            Self::NotFinite { .. } => "GENOME_NOT_FINITE",
            Self::NodeKind { .. } => "GENOME_NODE_KIND",
            Self::PopulationShape { .. } => "POPULATION_SHAPE",
            Self::GenomeIndex { .. } => "GENOME_INDEX",
            Self::InputLength { .. } => "INPUT_LENGTH",
            Self::OutputLength { .. } => "OUTPUT_LENGTH",
            Self::InputNotFinite { .. } => "INPUT_NOT_FINITE",
            Self::OutputNotFinite { .. } => "OUTPUT_NOT_FINITE",
            Self::SlotIndex { .. } => "SLOT_INDEX",
            Self::SlotRepeated { .. } => "SLOT_REPEATED",
            Self::SimdUnavailable { .. } => "SIMD_UNAVAILABLE",
        }
    }
}

/// Nodes of a cycle that its message names: a person needs no more to find it.
const CYCLE_NODES_SHOWN: usize = 32;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format { expected, came } => write!(
                f,
                "expected {expected}, came {came}; write the genome in the format neatron/genome, version 1"
            ),
            Self::Cycle { nodes } => {
                f.write_str("expected enabled connections without a cycle, came the cycle ")?;
                for node in nodes.iter().take(CYCLE_NODES_SHOWN) {
                    write!(f, "{node} -> ")?;
                }
                if nodes.len() > CYCLE_NODES_SHOWN {
                    write!(f, "({} more) -> ", nodes.len() - CYCLE_NODES_SHOWN)?;
                }
                write!(
                    f,
                    "{}; disable one of its connections or mark the genome recurrent",
                    nodes.first().copied().unwrap_or_default()
                )
            }
            Self::UnknownNode { innovation, node } => write!(
                f,
                "expected connections between nodes of the genome, came innovation {innovation} with node {node}; add the node or remove the connection"
            ),
            Self::DuplicateNode { node } => write!(
                f,
                "expected unique node ids, came {node} twice; give one of the nodes another id"
            ),
            Self::DuplicateInnovation { innovation } => write!(
                f,
                "expected unique innovation numbers, came {innovation} twice; give one of the connections another number"
            ),
            Self::NotFinite { what, value } => write!(
                f,
                "expected a finite 32-bit float as {what}, came {value}; clamp the value when it is made"
            ),
            Self::NodeKind { expected, came } => write!(
                f,
                "expected {expected}, came {came}; correct the nodes or the connections of the genome"
            ),
            Self::PopulationShape { expected, came } => write!(
                f,
                "expected {expected}, came {came}; compile only genomes of one shape together"
            ),
            Self::GenomeIndex { row, index, len } => write!(
                f,
                "expected genome indices below the population's size {len}, came {index} for row {row}; pass positions in the compiled list"
            ),
            Self::InputLength { expected, came } => write!(
                f,
                "expected {expected} input numbers, came {came}; pass rows x inputSize numbers"
            ),
            Self::OutputLength { expected, came } => write!(
                f,
                "expected room for {expected} output numbers, came {came}; pass rows x outputSize numbers"
            ),
            Self::InputNotFinite { index, value } => write!(
                f,
                "expected finite inputs, came {value} at position {index}; check where the inputs are made"
            ),
            Self::OutputNotFinite { index, value } => write!(
                f,
                "expected finite outputs, came {value} at position {index}; the network overflowed: scale its inputs or weights down"
            ),
            Self::SimdUnavailable { name } => write!(
                f,
                "expected an instruction set of this machine ({}) in NEATRON_SIMD, came {name:?}; correct or unset the variable",
                crate::Tier::available()
                    .iter()
                    .map(|tier| tier.name())
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            Self::SlotIndex { row, slot, len } => write!(
                f,
                "expected slots below {len}, came {slot} for row {row}; number episodes from 0"
            ),
            Self::SlotRepeated { row, slot } => write!(
                f,
                "expected a slot of its own for each row of a call, came {slot} again for row {row}; number the episodes and pass these numbers as slots"
            ),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn the_message_of_a_long_cycle_is_short() {
        let nodes = (0..200_000).collect();
        let message = Error::Cycle { nodes }.to_string();
        assert!(message.len() < 500, "{}", message.len());
        assert!(message.contains("0 -> 1 -> 2") && message.contains("(199968 more) -> 0;"));
        let short = Error::Cycle { nodes: vec![4, 7] }.to_string();
        assert!(short.contains("4 -> 7 -> 4;"));
    }
}
