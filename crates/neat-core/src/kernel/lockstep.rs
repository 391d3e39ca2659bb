//! The layout for one row of each of many networks: a network in each lane.
//!
//! The networks of a block go through their nodes side by side. A node's row of
//! connections is cut into pieces of [`FAN`]; piece p of every network is computed
//! in one go, whatever node it belongs to, and its value has slot p after the
//! inputs. Only the last piece of a node is read: before, the sum goes on.

use std::ops::Range;

use super::rows::{Rows, RowsArena};

/// Connections in a piece.
pub(crate) const FAN: usize = 4;
/// How many times more pieces than needed a block may compute before its networks
/// are better run one by one: they differ too much in size, or are too few.
const MOST_WASTE: f32 = 1.5;

/// Blocks of networks that stand one after the other in a [`RowsArena`]. Kernels
/// rely on every offset being in range.
#[derive(Debug)]
pub(crate) struct Lockstep {
    pub(crate) lanes: usize,
    pub(crate) input_size: usize,
    pub(crate) output_size: usize,
    blocks: Vec<Block>,
    /// Most pieces of a block.
    longest: usize,
    /// For each piece the biases, the activations and the weights; `lanes` each.
    numbers: Vec<f32>,
    /// For each piece the offsets of the sources.
    sources: Vec<u16>,
    /// For each block and output the offset in each lane.
    outputs: Vec<u16>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Block {
    /// Its pieces begin where those of the block before end.
    end: usize,
    /// Bit a is set if a lane has activation a.
    activations: u16,
}

/// What one block reads.
#[derive(Clone, Copy)]
pub(crate) struct BlockView<'a> {
    pub(crate) pieces: usize,
    pub(crate) activations: u16,
    pub(crate) numbers: &'a [f32],
    pub(crate) sources: &'a [u16],
    pub(crate) outputs: &'a [u16],
}

/// Numbers of a piece in one lane.
const NUMBERS: usize = 2 + FAN;

fn pieces(rows: Rows) -> usize {
    let of = |fan_in: u32| (fan_in as usize).div_ceil(FAN).max(1);
    rows.nodes().iter().map(|node| of(node.fan_in)).sum()
}

impl Lockstep {
    pub(crate) fn new(arena: &RowsArena, lanes: usize) -> Self {
        let first = arena.get(0);
        let mut layout = Self {
            lanes,
            input_size: first.input_size(),
            output_size: first.output_slots().len(),
            blocks: Vec::with_capacity(arena.len().div_ceil(lanes)),
            longest: 0,
            numbers: Vec::new(),
            sources: Vec::new(),
            outputs: Vec::new(),
        };
        let mut slots = Vec::new();
        for start in (0..arena.len()).step_by(lanes) {
            layout.push_block(arena, start..(start + lanes).min(arena.len()), &mut slots);
        }
        layout
    }

    fn push_block(&mut self, arena: &RowsArena, networks: Range<usize>, slots: &mut Vec<u16>) {
        let lanes = self.lanes;
        let begin = self.blocks.last().map_or(0, |block| block.end);
        let mut block = Block {
            end: begin,
            activations: 0,
        };
        let counts = networks.clone().map(|index| pieces(arena.get(index)));
        let (longest, sum) = counts.fold((0, 0), |(longest, sum), count| {
            (count.max(longest), sum + count)
        });
        let fits = (1 + self.input_size + longest) * lanes <= usize::from(u16::MAX);
        let outputs = self.outputs.len();
        self.outputs.resize(outputs + self.output_size * lanes, 0);
        if fits && (longest * lanes) as f32 <= MOST_WASTE * sum as f32 {
            block.end += longest;
            self.longest = self.longest.max(longest);
            self.numbers.resize(block.end * NUMBERS * lanes, 0.0);
            // Slot 0 holds zeros: what lanes without a connection read.
            let idle = (0..lanes).map(|lane| lane as u16);
            self.sources
                .extend(idle.cycle().take(longest * FAN * lanes));
            for (lane, index) in networks.enumerate() {
                block.activations |= self.push_lane(arena.get(index), lane, begin, slots);
                let targets = self.outputs[outputs + lane..].iter_mut().step_by(lanes);
                for (target, &slot) in targets.zip(arena.get(index).output_slots()) {
                    *target = slots[slot as usize];
                }
            }
        }
        self.blocks.push(block);
    }

    /// Writes one network into pieces from `begin` on, and to `slots` the offsets
    /// of its slots; says which activations it has.
    fn push_lane(&mut self, rows: Rows, lane: usize, begin: usize, slots: &mut Vec<u16>) -> u16 {
        let lanes = self.lanes;
        let offset = |slot: usize| (slot * lanes + lane) as u16;
        slots.clear();
        slots.extend((1..=self.input_size).map(offset));
        let mut activations = 0;
        let mut piece = begin;
        let mut edges = rows.edges();
        for node in rows.nodes() {
            let (row, rest) = edges.split_at(node.fan_in as usize);
            edges = rest;
            activations |= 1 << node.activation as u16;
            let mut bias = node.bias;
            for part in row.chunks(FAN).chain(row.is_empty().then_some(row)) {
                let numbers = &mut self.numbers[piece * NUMBERS * lanes..][..NUMBERS * lanes];
                let sources = &mut self.sources[piece * FAN * lanes..][..FAN * lanes];
                numbers[lane] = bias;
                numbers[lanes + lane] = f32::from(node.activation as u8);
                for (at, edge) in part.iter().enumerate() {
                    numbers[(2 + at) * lanes + lane] = edge.weight;
                    sources[at * lanes + lane] = slots[edge.source as usize];
                }
                // No bias is infinite: the sum goes on.
                bias = f32::INFINITY;
                piece += 1;
            }
            slots.push(offset(self.input_size + piece - begin));
        }
        activations
    }

    /// The block; `None` if its networks are to be run one by one.
    #[inline]
    pub(crate) fn block(&self, index: usize) -> Option<BlockView<'_>> {
        let block = self.blocks[index];
        let begin = match index {
            0 => 0,
            _ => self.blocks[index - 1].end,
        };
        let pieces = begin * self.lanes..block.end * self.lanes;
        let outputs = self.output_size * self.lanes;
        (begin < block.end).then(|| BlockView {
            pieces: block.end - begin,
            activations: block.activations,
            numbers: &self.numbers[pieces.start * NUMBERS..pieces.end * NUMBERS],
            sources: &self.sources[pieces.start * FAN..pieces.end * FAN],
            outputs: &self.outputs[index * outputs..][..outputs],
        })
    }

    /// f32 numbers that a run needs for its values.
    pub(crate) fn scratch_len(&self) -> usize {
        (1 + self.input_size + self.longest) * self.lanes
    }

    pub(crate) fn byte_len(&self) -> usize {
        size_of::<Self>()
            + self.blocks.capacity() * size_of::<Block>()
            + self.numbers.capacity() * size_of::<f32>()
            + (self.sources.capacity() + self.outputs.capacity()) * size_of::<u16>()
    }
}
