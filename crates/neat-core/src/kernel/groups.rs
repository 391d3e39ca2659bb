//! The layout for single rows: a node in each lane.
//!
//! Slots are cut into vectors. The nodes of one depth in one vector are a group;
//! they share their steps. A step adds one connection to each lane's sum, all
//! from one vector of slots, within which each lane chooses its source: there is
//! no gather. A vector takes as many steps as the lane with most connections
//! from it needs; the other lanes add 0 times a value that is computed already.

use std::ops::Range;

use super::rows::{Edge, Rows};
use crate::Activation;

/// Groups, and what their steps read, in the order of reading. Kernels rely on
/// every index being in range.
#[derive(Debug)]
pub(crate) struct Groups {
    pub(crate) lanes: usize,
    pub(crate) input_size: usize,
    /// Vectors of slots.
    pub(crate) vectors: usize,
    pub(crate) groups: Vec<Group>,
    /// For each group its biases, then the weights of each step; `lanes` each.
    pub(crate) numbers: Vec<f32>,
    /// For each step the offset of its vector of sources.
    pub(crate) sources: Vec<u32>,
    /// For each step the lane, within the vector, of each lane's source.
    pub(crate) indices: Vec<u8>,
    pub(crate) output_slots: Box<[u32]>,
}

/// Nodes of one depth in one vector of slots.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Group {
    /// Offset of the vector.
    pub(crate) target: u32,
    pub(crate) steps: u32,
    /// The lanes of this group.
    pub(crate) lanes: u16,
    /// The lanes with each activation, by families that are computed together.
    pub(crate) sigmoidal: u16,
    pub(crate) tanh: u16,
    pub(crate) relu: u16,
    pub(crate) leaky_relu: u16,
    pub(crate) abs: u16,
    pub(crate) step: u16,
    pub(crate) elu: u16,
    pub(crate) gaussian: u16,
    pub(crate) softplus: u16,
    pub(crate) sin: u16,
}

impl Groups {
    pub(crate) fn new(rows: Rows, depth_offsets: &[u32], lanes: usize) -> Self {
        let mut layout = Self {
            lanes,
            input_size: rows.input_size(),
            vectors: rows.slots().div_ceil(lanes),
            groups: Vec::new(),
            numbers: Vec::new(),
            sources: Vec::new(),
            indices: Vec::new(),
            output_slots: rows.output_slots().into(),
        };
        let mut edges = rows.edges();
        for depth in depth_offsets.windows(2) {
            let end = rows.input_size() + depth[1] as usize;
            let mut slot = rows.input_size() + depth[0] as usize;
            while slot < end {
                let next = end.min((slot / lanes + 1) * lanes);
                layout.push_group(rows, slot..next, &mut edges);
                slot = next;
            }
        }
        layout
    }

    /// `edges` are those of the nodes from this group on.
    fn push_group(&mut self, rows: Rows, slots: Range<usize>, edges: &mut &[Edge]) {
        let lanes = self.lanes;
        let first = slots.start - rows.input_size();
        let nodes = &rows.nodes()[first..first + slots.len()];
        let mut group = Group {
            target: (slots.start / lanes * lanes) as u32,
            ..Group::default()
        };
        let biases = self.numbers.len();
        self.numbers.resize(biases + lanes, 0.0);
        let mut pending: [&[Edge]; 16] = [&[]; 16];
        for (node, lane) in nodes.iter().zip(slots.start % lanes..) {
            self.numbers[biases + lane] = node.bias;
            (pending[lane], *edges) = edges.split_at(node.fan_in as usize);
            group.add_lane(lane, node.activation);
        }
        let steps = self.sources.len();
        while let Some(source) = pending
            .iter()
            .flat_map(|edges| edges.first())
            .map(|edge| edge.source)
            .min()
        {
            self.push_vector(&mut pending, source as usize / lanes * lanes);
        }
        group.steps = (self.sources.len() - steps) as u32;
        self.groups.push(group);
    }

    /// Takes the connections from one vector of slots off the front of each
    /// lane's list.
    fn push_vector(&mut self, pending: &mut [&[Edge]; 16], vector: usize) {
        let mut counts = [0; 16];
        let mut spare = 0;
        for (count, edges) in counts.iter_mut().zip(pending.iter()) {
            let within = |edge: &&Edge| (edge.source as usize) < vector + self.lanes;
            *count = edges.iter().take_while(within).count();
            if *count > 0 {
                // Any slot that is computed by now will do for the idle lanes.
                spare = (edges[0].source as usize - vector) as u8;
            }
        }
        let steps = counts.into_iter().max().unwrap_or(0);
        for step in 0..steps {
            self.sources.push(vector as u32);
            for (edges, count) in pending[..self.lanes].iter().zip(counts) {
                let edge = edges[..count].get(step);
                self.numbers.push(edge.map_or(0.0, |edge| edge.weight));
                self.indices
                    .push(edge.map_or(spare, |edge| (edge.source as usize - vector) as u8));
            }
        }
        for (edges, count) in pending.iter_mut().zip(counts) {
            *edges = &edges[count..];
        }
    }

    /// What a run costs by the measure of a kernel.
    pub(crate) fn cost(&self, [step, group]: [usize; 2]) -> usize {
        self.sources.len() * step + self.groups.len() * group
    }

    /// f32 numbers that a run needs for its values.
    pub(crate) fn scratch_len(&self) -> usize {
        self.vectors * self.lanes
    }

    pub(crate) fn byte_len(&self) -> usize {
        size_of::<Self>()
            + self.groups.capacity() * size_of::<Group>()
            + self.numbers.capacity() * size_of::<f32>()
            + self.sources.capacity() * size_of::<u32>()
            + self.indices.capacity()
            + size_of_val(&*self.output_slots)
    }
}

impl Group {
    fn add_lane(&mut self, lane: usize, activation: Activation) {
        let bit = 1 << lane;
        self.lanes |= bit;
        match activation {
            Activation::Identity => {}
            Activation::Sigmoid | Activation::SteepenedSigmoid => self.sigmoidal |= bit,
            Activation::Tanh => {
                self.sigmoidal |= bit;
                self.tanh |= bit;
            }
            Activation::Relu => self.relu |= bit,
            Activation::LeakyRelu => self.leaky_relu |= bit,
            Activation::Abs => self.abs |= bit,
            Activation::Step => self.step |= bit,
            Activation::Elu => self.elu |= bit,
            Activation::Gaussian => self.gaussian |= bit,
            Activation::Softplus => self.softplus |= bit,
            Activation::Sin => self.sin |= bit,
        }
    }
}
