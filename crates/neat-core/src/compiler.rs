//! From packed words to a plan without a genome between: for whole generations.
//!
//! Only what evolution writes takes this way: ids that are small, innovation
//! numbers that ascend, nothing invalid. All else is left to [`Genome`], which
//! has the same rules and says what is wrong.

use crate::packed::{CONNECTION_WORDS, HEADER_WORDS, NODE_WORDS, read_node};
use crate::planner::{Planner, Wire};
use crate::{Activation, Error, Genome, NodeGene, NodeKind, Plan};

/// Node ids from here on are not looked up in a table (of 4 MB).
const LARGE_ID: u32 = 1 << 20;
/// In the table beside the position: the node is an input.
const INPUT: u32 = 1 << 31;
/// In the table: there is no node of this id.
const NONE: u32 = u32::MAX;

/// Memory for compiling, kept from genome to genome.
#[derive(Default)]
pub(crate) struct Compiler {
    nodes: Vec<NodeGene>,
    wires: Vec<Wire>,
    /// Position by node id.
    positions: Vec<u32>,
    planner: Planner,
}

impl Compiler {
    /// Hands the plan of a packed genome to `take`.
    ///
    /// # Errors
    /// Those of [`Genome::from_packed`], [`Genome::plan`] and `take`.
    pub(crate) fn compile(
        &mut self,
        words: &[u32],
        take: impl FnOnce(&Plan) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.read(words).is_some()
            && let Some(plan) = self.planner.plan(&self.nodes, &self.wires)
        {
            return take(plan);
        }
        take(&Genome::from_packed(words)?.plan()?)
    }

    fn read(&mut self, words: &[u32]) -> Option<()> {
        let (header, genes) = words.split_at_checked(HEADER_WORDS)?;
        let node_words = (header[0] as usize).checked_mul(NODE_WORDS)?;
        let (nodes, connections) = genes.split_at_checked(node_words)?;
        let connections = match connections.as_chunks::<CONNECTION_WORDS>() {
            (connections, []) if connections.len() == header[1] as usize => connections,
            _ => return None,
        };
        if header[4] > 1 {
            return None;
        }
        let sizes = self.read_nodes(nodes)?;
        if sizes != [header[2], header[3]] || sizes.contains(&0) {
            return None;
        }
        self.read_connections(connections)
    }

    /// Gives the numbers of inputs and outputs.
    fn read_nodes(&mut self, words: &[u32]) -> Option<[u32; 2]> {
        for node in self.nodes.drain(..) {
            self.positions[node.id as usize] = NONE;
        }
        let mut sizes = [0; 3];
        for (position, words) in (0u32..).zip(words.as_chunks::<NODE_WORDS>().0) {
            let node = read_node(words)?;
            let input = node.kind == NodeKind::Input;
            let plain = node.activation == Activation::Identity && node.bias == 0.0;
            if node.id >= LARGE_ID || !node.bias.is_finite() || (input && !plain) {
                return None;
            }
            let id = node.id as usize;
            if id >= self.positions.len() {
                self.positions.resize(id + 1, NONE);
            }
            if self.positions[id] != NONE {
                return None;
            }
            self.positions[id] = position | if input { INPUT } else { 0 };
            sizes[node.kind as usize] += 1;
            self.nodes.push(node);
        }
        Some([sizes[0], sizes[1]])
    }

    fn read_connections(&mut self, genes: &[[u32; CONNECTION_WORDS]]) -> Option<()> {
        let mut valid = true;
        let mut last = -1;
        let mut enabled_count = 0;
        self.wires.resize(genes.len(), Wire::default());
        for &[innovation, from, to, enabled, weight] in genes {
            let from = *self.positions.get(from as usize)?;
            let to = *self.positions.get(to as usize)?;
            let weight = f32::from_bits(weight);
            // Without branches: all is well with nearly every genome.
            valid &= i64::from(innovation) > last;
            valid &= (from != NONE) & (to & INPUT == 0) & (enabled <= 1) & weight.is_finite();
            last = i64::from(innovation);
            let from = from & !INPUT;
            self.wires[enabled_count] = Wire { from, to, weight };
            enabled_count += usize::from(enabled == 1);
        }
        self.wires.truncate(enabled_count);
        valid.then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Compiler;
    use crate::{Activation, Genome, Plan, RandomGenome};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 1000 }))]

        /// Whatever the words, and whatever came before.
        #[test]
        fn gives_what_a_genome_gives(
            shape in (1..8usize, 1..5usize, 0..20usize, 0..80usize),
            seed in any::<u64>(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0..40u32, any::<bool>()), 0..4),
        ) {
            let (inputs, outputs, hidden, connections) = shape;
            let activations = Activation::ALL.to_vec();
            let options = RandomGenome { inputs, outputs, hidden, connections, activations };
            let words = Genome::random_with(&options, seed).to_packed();
            let mut changed = words.clone();
            for (at, value, random) in changes {
                let at = at.index(changed.len());
                changed[at] = if random { value.wrapping_mul(0x9e37_79b9) } else { value };
            }
            let mut compiler = Compiler::default();
            for words in [&words, &changed, &words] {
                let mut taken = Ok(Plan::default());
                let result = compiler.compile(words, |plan| {
                    taken = Ok(plan.clone());
                    Ok(())
                });
                let expected = Genome::from_packed(words).and_then(|genome| genome.plan());
                // As text: a NaN in an error is not equal to itself.
                prop_assert_eq!(format!("{:?}", result.and(taken)), format!("{expected:?}"));
            }
        }
    }
}
