//! One step of a recurrent genome as a plan of one depth.

use crate::topology::{Incoming, group_by_target};
use crate::{Genome, NodeKind, Plan};

/// What a step computes.
pub(super) struct Step<'a> {
    genome: &'a Genome,
    offsets: Vec<u32>,
    incoming: Vec<Incoming>,
    /// Positions in the genome of the nodes whose values make the state.
    state: Vec<u32>,
}

impl<'a> Step<'a> {
    pub(super) fn of(genome: &'a Genome) -> Self {
        let (offsets, incoming) = group_by_target(genome);
        let mut step = Self {
            genome,
            offsets,
            incoming,
            state: Vec::new(),
        };
        let needed = step.needed();
        let of_kind = |kind| {
            let nodes = (0u32..).zip(genome.nodes()).zip(&needed);
            nodes
                .filter(move |((_, node), needed)| node.kind == kind && **needed)
                .map(|((position, _), _)| position)
        };
        step.state = of_kind(NodeKind::Output)
            .chain(of_kind(NodeKind::Hidden))
            .collect();
        step
    }

    pub(super) fn state_size(&self) -> usize {
        self.state.len()
    }

    fn incoming(&self, position: u32) -> &[Incoming] {
        let bounds = &self.offsets[position as usize..];
        &self.incoming[bounds[0] as usize..bounds[1] as usize]
    }

    /// Which nodes an output can be reached from by enabled connections.
    fn needed(&self) -> Vec<bool> {
        let nodes = self.genome.nodes();
        let mut needed: Vec<bool> = nodes.iter().map(|n| n.kind == NodeKind::Output).collect();
        let mut open: Vec<u32> = (0u32..)
            .zip(&needed)
            .filter(|(_, needed)| **needed)
            .map(|(position, _)| position)
            .collect();
        while let Some(position) = open.pop() {
            for edge in self.incoming(position) {
                if !std::mem::replace(&mut needed[edge.source as usize], true) {
                    open.push(edge.source);
                }
            }
        }
        needed
    }

    /// From rows of inputs and `width` numbers of state to the next `width`.
    /// What the state does not need of them passes through unchanged.
    pub(super) fn plan(&self, width: usize) -> Plan {
        let nodes = self.genome.nodes();
        let inputs = self.genome.input_size();
        let mut slots = vec![0u32; nodes.len()];
        let input_nodes = nodes.iter().enumerate();
        let input_nodes = input_nodes.filter(|(_, node)| node.kind == NodeKind::Input);
        for (slot, (position, _)) in (0..).zip(input_nodes) {
            slots[position] = slot;
        }
        for (slot, &position) in (inputs as u32..).zip(&self.state) {
            slots[position as usize] = slot;
        }
        // Nodes of one activation together, as every plan has them.
        let mut order: Vec<usize> = (0..self.state.len()).collect();
        order.sort_by_key(|&at| nodes[self.state[at] as usize].activation as u8);
        let mut output_slots: Vec<u32> = (inputs as u32..(inputs + width) as u32).collect();
        for (slot, &at) in ((inputs + width) as u32..).zip(&order) {
            output_slots[at] = slot;
        }
        let mut plan = Plan {
            input_size: inputs + width,
            node_ids: Vec::with_capacity(order.len()),
            activations: Vec::with_capacity(order.len()),
            biases: Vec::with_capacity(order.len()),
            depth_offsets: vec![0, order.len() as u32],
            row_offsets: vec![0],
            sources: Vec::new(),
            weights: Vec::new(),
            output_slots,
        };
        let mut row = Vec::new();
        for at in order {
            let position = self.state[at];
            let node = &nodes[position as usize];
            plan.node_ids.push(node.id);
            plan.activations.push(node.activation);
            plan.biases.push(node.bias);
            let edges = self.incoming(position).iter();
            row.extend(edges.map(|edge| (slots[edge.source as usize], edge.weight)));
            row.sort_by_key(|&(slot, _)| slot);
            for (slot, weight) in row.drain(..) {
                plan.sources.push(slot);
                plan.weights.push(weight);
            }
            plan.row_offsets.push(plan.sources.len() as u32);
        }
        plan
    }
}

impl Genome {
    /// One step of the genome as a recurrent network: a plan of one depth, whose
    /// inputs are the genome's and then the state, and whose outputs are the next
    /// state. The state begins with the genome's outputs; see
    /// [`RecurrentNetwork::state_size`](crate::RecurrentNetwork::state_size). It is
    /// made as long as `at_least`; what was added passes through unchanged.
    pub fn recurrent_plan(&self, at_least: usize) -> Plan {
        let step = Step::of(self);
        step.plan(step.state_size().max(at_least))
    }
}
