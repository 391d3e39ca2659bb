//! Depths: which nodes need computing, and in which order.
//!
//! A walk backwards along enabled connections, first from the outputs (what it
//! meets is needed), then from every other node (only to find cycles).

use crate::{Error, Genome, NodeKind};

/// Enabled connections grouped by target, and the depth of each needed node.
/// Nodes are positions in the genome here.
pub(crate) struct Topology {
    /// `incoming[offsets[n]..offsets[n + 1]]` end in node n.
    pub(crate) offsets: Vec<u32>,
    pub(crate) incoming: Vec<Incoming>,
    /// Of a node that is needed: 0 for inputs, else 1 + the deepest source.
    /// [`UNNEEDED`] for the rest.
    pub(crate) depths: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Incoming {
    pub(crate) source: u32,
    pub(crate) weight: f32,
}

pub(crate) const UNNEEDED: u32 = u32::MAX;
const UNSEEN: u32 = u32::MAX - 1;
const OPEN: u32 = u32::MAX - 2;

impl Topology {
    pub(crate) fn of(genome: &Genome) -> Result<Self, Error> {
        let nodes = genome.nodes();
        let (offsets, incoming) = group_by_target(genome);
        let mut walk = Walk {
            offsets: &offsets,
            incoming: &incoming,
            depths: vec![UNSEEN; nodes.len()],
            path: Vec::with_capacity(nodes.len()),
        };
        for (position, node) in nodes.iter().enumerate() {
            if node.kind == NodeKind::Input {
                walk.depths[position] = 0;
            }
        }
        let of_kind = |kind| {
            nodes
                .iter()
                .enumerate()
                .filter(move |(_, node)| node.kind == kind)
                .map(|(position, _)| position as u32)
        };
        let mut cycle = of_kind(NodeKind::Output).find_map(|output| walk.visit(output));
        if cycle.is_none() && walk.depths.contains(&UNSEEN) {
            let needed = walk.depths.clone();
            cycle = of_kind(NodeKind::Hidden).find_map(|hidden| walk.visit(hidden));
            walk.depths = needed;
            for depth in &mut walk.depths {
                if *depth == UNSEEN {
                    *depth = UNNEEDED;
                }
            }
        }
        if let Some(cycle) = cycle {
            let nodes = cycle.iter().map(|&at| nodes[at as usize].id).collect();
            return Err(Error::Cycle { nodes });
        }
        let depths = walk.depths;
        Ok(Self {
            offsets,
            incoming,
            depths,
        })
    }
}

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

struct Walk<'a> {
    offsets: &'a [u32],
    incoming: &'a [Incoming],
    depths: Vec<u32>,
    /// The open nodes, each with its next incoming connection and its depth so
    /// far. A stack of our own: a genome may be deeper than the thread's stack.
    path: Vec<(u32, u32, u32)>,
}

impl Walk<'_> {
    /// Gives depths to `start` and everything before it; or the nodes of a cycle
    /// in the direction of the connections.
    fn visit(&mut self, start: u32) -> Option<Vec<u32>> {
        if self.depths[start as usize] != UNSEEN {
            return None;
        }
        self.open(start);
        while let Some((node, next, depth)) = self.path.last_mut() {
            if *next == self.offsets[*node as usize + 1] {
                self.depths[*node as usize] = *depth;
                let above = *depth + 1;
                self.path.pop();
                if let Some((_, _, depth)) = self.path.last_mut() {
                    *depth = above.max(*depth);
                }
                continue;
            }
            let source = self.incoming[*next as usize].source;
            *next += 1;
            match self.depths[source as usize] {
                UNSEEN => self.open(source),
                OPEN => {
                    let from = self.path.iter().position(|entry| entry.0 == source)?;
                    return Some(
                        self.path[from..]
                            .iter()
                            .rev()
                            .map(|entry| entry.0)
                            .collect(),
                    );
                }
                known => *depth = (known + 1).max(*depth),
            }
        }
        None
    }

    fn open(&mut self, node: u32) {
        self.depths[node as usize] = OPEN;
        self.path.push((node, self.offsets[node as usize], 1));
    }
}
