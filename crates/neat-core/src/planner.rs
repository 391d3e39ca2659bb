//! The order in which a feed-forward genome is computed. The planner keeps its
//! memory from genome to genome: a generation is planned a thousand times over.
//!
//! One pass forwards from the nodes that wait for nothing gives every node its
//! depth and meets every node unless there is a cycle. Going through the sources
//! by slot then fills the rows of connections in the order of summation.

use crate::{NodeGene, NodeKind, Plan};

/// An enabled connection between positions in the list of nodes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wire {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) weight: f32,
}

/// Memory for planning, and the plan made last.
#[derive(Default)]
pub(crate) struct Planner {
    /// By position: how many wires end there.
    fan_in: Vec<u32>,
    /// Of these, how many come from nodes that are not placed yet.
    waiting: Vec<u32>,
    /// Wires `starts[n]..starts[n + 1]` begin at position n.
    starts: Vec<u32>,
    /// The wires, by source.
    outgoing: Vec<Wire>,
    /// 0 for inputs, else 1 + that of the deepest source; [`UNNEEDED`] where no
    /// output can be reached.
    depths: Vec<u32>,
    /// Positions, every source before its targets.
    ready: Vec<u32>,
    /// Positions by slot, made from `keys`.
    order: Vec<u32>,
    keys: Vec<u128>,
    /// By position: where the next connection into it is put.
    next: Vec<u32>,
    plan: Plan,
}

const UNNEEDED: u32 = u32::MAX;

/// Empties `list` and fills it again with `len` zeros.
fn reset<T: Clone + Default>(list: &mut Vec<T>, len: usize) {
    list.clear();
    list.resize(len, T::default());
}

impl Planner {
    /// The plan of these genes; `None` if the wires form a cycle.
    pub(crate) fn plan(&mut self, nodes: &[NodeGene], wires: &[Wire]) -> Option<&Plan> {
        self.group_by_source(nodes.len(), wires);
        if !self.find_depths(nodes) {
            return None;
        }
        self.drop_unneeded(nodes);
        self.find_order(nodes);
        self.write_nodes(nodes);
        self.write_rows();
        Some(&self.plan)
    }

    pub(crate) fn into_plan(self) -> Plan {
        self.plan
    }

    fn group_by_source(&mut self, nodes: usize, wires: &[Wire]) {
        reset(&mut self.fan_in, nodes);
        // Counted one place further on, so that filling turns ends into starts.
        reset(&mut self.starts, nodes + 2);
        for wire in wires {
            self.fan_in[wire.to as usize] += 1;
            self.starts[wire.from as usize + 2] += 1;
        }
        let mut total = 0;
        for start in &mut self.starts {
            total += *start;
            *start = total;
        }
        self.outgoing.resize(wires.len(), Wire::default());
        for wire in wires {
            let next = &mut self.starts[wire.from as usize + 1];
            self.outgoing[*next as usize] = *wire;
            *next += 1;
        }
    }

    /// Says whether every node could be placed.
    fn find_depths(&mut self, nodes: &[NodeGene]) -> bool {
        self.depths.clear();
        let depth = |node: &NodeGene| u32::from(node.kind != NodeKind::Input);
        self.depths.extend(nodes.iter().map(depth));
        self.waiting.clone_from(&self.fan_in);
        // One place more: a node is written before it is known to be ready.
        self.ready.resize(nodes.len() + 1, 0);
        let mut found = 0;
        for (position, &fan_in) in (0..).zip(&self.fan_in) {
            self.ready[found] = position;
            found += usize::from(fan_in == 0);
        }
        let mut placed = 0;
        while placed < found {
            let position = self.ready[placed] as usize;
            placed += 1;
            let above = self.depths[position] + 1;
            let wires = self.starts[position] as usize..self.starts[position + 1] as usize;
            for wire in &self.outgoing[wires] {
                let to = wire.to as usize;
                self.depths[to] = self.depths[to].max(above);
                self.waiting[to] -= 1;
                self.ready[found] = wire.to;
                found += usize::from(self.waiting[to] == 0);
            }
        }
        placed == nodes.len()
    }

    /// Marks hidden nodes from which no output can be reached.
    fn drop_unneeded(&mut self, nodes: &[NodeGene]) {
        let ends = |position: usize| self.starts[position] == self.starts[position + 1];
        let hidden = |node: &NodeGene| node.kind == NodeKind::Hidden;
        // Without a hidden dead end every path goes on until an output.
        if !(0..nodes.len()).any(|position| hidden(&nodes[position]) && ends(position)) {
            return;
        }
        for &position in self.ready[..nodes.len()].iter().rev() {
            let at = position as usize;
            let wires = self.starts[at] as usize..self.starts[at + 1] as usize;
            let needed = |wire: &Wire| self.depths[wire.to as usize] != UNNEEDED;
            if hidden(&nodes[at]) && !self.outgoing[wires].iter().any(needed) {
                self.depths[at] = UNNEEDED;
            }
        }
    }

    /// Inputs, then what is computed by depth, activation, falling number of
    /// connections (so that neighbours take equally long), position.
    fn find_order(&mut self, nodes: &[NodeGene]) {
        self.keys.clear();
        self.order.clear();
        for (position, node) in (0u32..).zip(nodes) {
            let depth = self.depths[position as usize];
            if node.kind == NodeKind::Input {
                self.order.push(position);
            } else if depth != UNNEEDED {
                let fan_in = self.fan_in[position as usize];
                let shape = (node.activation as u128) << 64 | u128::from(!fan_in) << 32;
                self.keys
                    .push(u128::from(depth) << 72 | shape | u128::from(position));
            }
        }
        self.keys.sort_unstable();
        self.order.extend(self.keys.iter().map(|key| *key as u32));
    }

    /// Everything but the connections.
    fn write_nodes(&mut self, nodes: &[NodeGene]) {
        let plan = &mut self.plan;
        let inputs = self.order.len() - self.keys.len();
        plan.input_size = inputs;
        plan.node_ids.clear();
        plan.activations.clear();
        plan.biases.clear();
        plan.depth_offsets.clear();
        plan.row_offsets.clear();
        plan.output_slots.clear();
        reset(&mut self.next, nodes.len());
        let (mut depth, mut total) = (0, 0);
        for (computed, &position) in (0..).zip(&self.order[inputs..]) {
            let at = position as usize;
            let node = &nodes[at];
            plan.node_ids.push(node.id);
            plan.activations.push(node.activation);
            plan.biases.push(node.bias);
            if self.depths[at] != depth {
                depth = self.depths[at];
                plan.depth_offsets.push(computed);
            }
            plan.row_offsets.push(total);
            self.next[at] = total;
            total += self.fan_in[at];
            // From here on the node's slot.
            self.waiting[at] = inputs as u32 + computed;
        }
        plan.depth_offsets.push(plan.node_ids.len() as u32);
        plan.row_offsets.push(total);
        let outputs = (0..nodes.len()).filter(|&at| nodes[at].kind == NodeKind::Output);
        plan.output_slots.extend(outputs.map(|at| self.waiting[at]));
    }

    fn write_rows(&mut self) {
        let plan = &mut self.plan;
        let total = plan.row_offsets.last().map_or(0, |&total| total as usize);
        plan.sources.resize(total, 0);
        plan.weights.resize(total, 0.0);
        for (slot, &position) in (0u32..).zip(&self.order) {
            let at = position as usize;
            let wires = self.starts[at] as usize..self.starts[at + 1] as usize;
            for wire in &self.outgoing[wires] {
                let to = wire.to as usize;
                if self.depths[to] != UNNEEDED {
                    let place = self.next[to] as usize;
                    self.next[to] += 1;
                    plan.sources[place] = slot;
                    plan.weights[place] = wire.weight;
                }
            }
        }
    }
}
