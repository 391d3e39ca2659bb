//! Many rows of one network: a row in each lane.
//!
//! Values are kept slot by slot, each slot with the values of several vectors of
//! rows. A connection then is one broadcast weight against these vectors, and
//! their sums are independent of each other, which hides the latency of adding.
//! Sums come first, activations after: those of a whole span of nodes, side by
//! side.

use super::activate::{each, shaped};
use super::rows::{Edge, Node, Rows};
use super::simd::Simd;
use super::transpose::{Transpose, rows_to_slots, slots_to_rows};
use super::wide::Wide;
use crate::Activation;

/// Vectors of rows in a full block of vectors with so many lanes: 64 rows if
/// there are registers for their sums.
const fn full(lanes: usize) -> usize {
    if lanes == 8 { 8 } else { 4 }
}

/// f32 numbers that [`run`] needs for its values.
pub(crate) fn scratch_len(rows: Rows, lanes: usize) -> usize {
    rows.slots() * lanes * full(lanes)
}

/// Computes `count` rows.
///
/// # Safety
/// `inputs` and `outputs` must hold `count` rows of the network, `values`
/// [`scratch_len`] numbers.
#[inline(always)]
pub(crate) unsafe fn run<S: Transpose>(
    s: S,
    rows: Rows,
    mut inputs: *const f32,
    mut outputs: *mut f32,
    mut count: usize,
    values: *mut f32,
) {
    while count > 0 {
        let mut vectors = full(S::LANES);
        while vectors > 1 && count <= vectors / 2 * S::LANES {
            vectors /= 2;
        }
        let done = count.min(vectors * S::LANES);
        let stride = vectors * S::LANES;
        // SAFETY: each block stays within `count` rows and its slots within
        // `values`; the rest is the caller's obligation.
        unsafe {
            rows_to_slots(s, inputs, done, rows.input_size(), values, stride);
            block(s, rows, vectors, values);
            slots_to_rows(s, values, rows.output_slots(), stride, outputs, done);
            count -= done;
            inputs = inputs.add(done * rows.input_size());
            outputs = outputs.add(done * rows.output_slots().len());
        }
    }
}

/// Computes all nodes for some vectors (8, 4, 2 or 1) of rows, span by span.
///
/// # Safety
/// The slots of the inputs must be filled; `values` must hold all slots.
#[inline(always)]
unsafe fn block<S: Simd>(s: S, rows: Rows, vectors: usize, values: *mut f32) {
    let (mut nodes, mut edges) = (rows.nodes(), rows.edges());
    let mut slot = rows.input_size();
    while let Some(first) = nodes.first() {
        let activation = first.activation;
        let (span, rest) = nodes.split_at(usize::from(first.span));
        // SAFETY: sources lie before their node, which `Rows` guarantees, and
        // slots within `values`.
        unsafe {
            let target = values.add(slot * vectors * S::LANES);
            match vectors {
                8 => edges = sums(Wide::<S, 8>(s), span, edges, values, target),
                4 => edges = sums(Wide::<S, 4>(s), span, edges, values, target),
                2 => edges = sums(Wide::<S, 2>(s), span, edges, values, target),
                _ => edges = sums(s, span, edges, values, target),
            }
            each!(activation, KNOWN => { activate(s, KNOWN, target, span.len() * vectors) });
        }
        (nodes, slot) = (rest, slot + span.len());
    }
}

/// Biases and connections of a span; gives the edges after those of the span.
///
/// # Safety
/// `edges` must begin with those of the nodes, their sources be slots of `values`
/// before the span, and `target` the first slot of the span.
#[inline(always)]
unsafe fn sums<'a, S: Simd>(
    s: S,
    nodes: &[Node],
    mut edges: &'a [Edge],
    values: *const f32,
    mut target: *mut f32,
) -> &'a [Edge] {
    for node in nodes {
        let (row, rest) = edges.split_at(node.fan_in as usize);
        edges = rest;
        let mut sum = s.splat(node.bias);
        // SAFETY: the caller's obligation.
        unsafe {
            for edge in row {
                let source = s.load(values.add(edge.source as usize * S::LANES));
                sum = s.add(sum, s.mul(s.splat(edge.weight), source));
            }
            s.store(target, sum);
            target = target.add(S::LANES);
        }
    }
    edges
}

/// Replaces so many vectors of sums by their activation, four side by side.
///
/// # Safety
/// `at` must hold so many vectors.
#[inline(always)]
unsafe fn activate<S: Simd>(s: S, activation: Activation, mut at: *mut f32, mut vectors: usize) {
    if activation == Activation::Identity {
        return;
    }
    let four = Wide::<S, 4>(s);
    // SAFETY: the caller's obligation.
    unsafe {
        while vectors >= 4 {
            four.store(at, shaped(four, activation, four.load(at)));
            at = at.add(4 * S::LANES);
            vectors -= 4;
        }
        while vectors > 0 {
            s.store(at, shaped(s, activation, s.load(at)));
            at = at.add(S::LANES);
            vectors -= 1;
        }
    }
}
