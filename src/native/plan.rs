//! The compiled order of a genome, as JavaScript sees it.

use napi::bindgen_prelude::{Float32Array, Uint8Array, Uint32Array};
use napi_derive::napi;

/// What to compute, in which order. Values live in slots: the inputs first, then the computed
/// nodes by depth: computed node m has slot `inputSize + m`. Only nodes from which an output can
/// be reached are here, and only enabled connections between them.
#[napi(object, object_from_js = false)]
pub struct Plan {
    /// Length of a row of inputs.
    pub input_size: u32,
    /// Id of each computed node.
    pub node_ids: Uint32Array,
    /// Number of each computed node's activation.
    pub activations: Uint8Array,
    /// Bias of each computed node.
    pub biases: Float32Array,
    /// Computed nodes `depthOffsets[d]` to `depthOffsets[d + 1]` have depth d + 1: all their
    /// sources lie at lower depths.
    pub depth_offsets: Uint32Array,
    /// Connections `rowOffsets[m]` to `rowOffsets[m + 1]` end in computed node m.
    pub row_offsets: Uint32Array,
    /// Slot of each connection's source, ascending within a node.
    pub sources: Uint32Array,
    /// Weight of each connection.
    pub weights: Float32Array,
    /// Slot of each output.
    pub output_slots: Uint32Array,
}

impl From<neat_core::Plan> for Plan {
    fn from(plan: neat_core::Plan) -> Self {
        Self {
            input_size: plan.input_size as u32,
            node_ids: plan.node_ids.into(),
            activations: plan
                .activations
                .iter()
                .map(|&activation| activation as u8)
                .collect::<Vec<_>>()
                .into(),
            biases: plan.biases.into(),
            depth_offsets: plan.depth_offsets.into(),
            row_offsets: plan.row_offsets.into(),
            sources: plan.sources.into(),
            weights: plan.weights.into(),
            output_slots: plan.output_slots.into(),
        }
    }
}
