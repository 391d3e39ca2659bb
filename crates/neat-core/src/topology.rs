//! Where connections end, and which nodes a cycle runs through.

use crate::{Genome, NodeKind};

/// An enabled connection, seen from the node where it ends; nodes are positions
/// in the genome here.
#[derive(Clone, Copy, Default)]
pub(crate) struct Incoming {
    pub(crate) source: u32,
    pub(crate) weight: f32,
}

const UNSEEN: u8 = 0;
const OPEN: u8 = 1;
const DONE: u8 = 2;

/// Where each node's enabled incoming connections begin, and those connections.
pub(crate) fn group_by_target(genome: &Genome) -> (Vec<u32>, Vec<Incoming>) {
    let enabled = || {
        let genes = genome.connections().iter().zip(genome.ends());
        genes.filter(|(gene, _)| gene.enabled)
    };
    // Counted one place further on, so that filling turns ends into starts.
    let mut offsets = vec![0; genome.nodes().len() + 2];
    for (_, &[_, to]) in enabled() {
        offsets[to as usize + 2] += 1;
    }
    let mut total = 0;
    for offset in &mut offsets {
        total += *offset;
        *offset = total;
    }
    let mut incoming = vec![Incoming::default(); total as usize];
    for (gene, &[source, to]) in enabled() {
        let next = &mut offsets[to as usize + 1];
        incoming[*next as usize] = Incoming {
            source,
            weight: gene.weight,
        };
        *next += 1;
    }
    offsets.pop();
    (offsets, incoming)
}

/// Ids of the nodes on a cycle of enabled connections, in the direction of the
/// connections; none if there is no cycle. Looks first for a cycle that an output
/// depends on.
pub(crate) fn cycle(genome: &Genome) -> Vec<u32> {
    let nodes = genome.nodes();
    let (offsets, incoming) = group_by_target(genome);
    let mut walk = Walk {
        offsets: &offsets,
        incoming: &incoming,
        states: vec![UNSEEN; nodes.len()],
        path: Vec::new(),
    };
    let of_kind = |kind| (0..nodes.len()).filter(move |&at| nodes[at].kind == kind);
    let starts = of_kind(NodeKind::Output).chain(of_kind(NodeKind::Hidden));
    let positions = starts.into_iter().find_map(|at| walk.visit(at as u32));
    let id = |position: u32| nodes[position as usize].id;
    positions.into_iter().flatten().map(id).collect()
}

/// A walk backwards, depth first.
struct Walk<'a> {
    offsets: &'a [u32],
    incoming: &'a [Incoming],
    states: Vec<u8>,
    /// The open nodes, each with its next incoming connection. A stack of our own:
    /// a genome may be deeper than the thread's stack.
    path: Vec<(u32, u32)>,
}

impl Walk<'_> {
    /// Visits `start` and everything before it; gives the nodes of a cycle in the
    /// direction of the connections.
    fn visit(&mut self, start: u32) -> Option<Vec<u32>> {
        if self.states[start as usize] != UNSEEN {
            return None;
        }
        self.open(start);
        while let Some((node, next)) = self.path.last_mut() {
            if *next == self.offsets[*node as usize + 1] {
                self.states[*node as usize] = DONE;
                self.path.pop();
                continue;
            }
            let source = self.incoming[*next as usize].source;
            *next += 1;
            match self.states[source as usize] {
                UNSEEN => self.open(source),
                OPEN => {
                    let from = self.path.iter().position(|entry| entry.0 == source)?;
                    let cycle = self.path[from..].iter().rev();
                    return Some(cycle.map(|entry| entry.0).collect());
                }
                _ => {}
            }
        }
        None
    }

    fn open(&mut self, node: u32) {
        self.states[node as usize] = OPEN;
        self.path.push((node, self.offsets[node as usize]));
    }
}
