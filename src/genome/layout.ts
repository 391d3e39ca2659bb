/**
 * The packed genome: the one layout that TypeScript and Rust both know (its other description is
 * crates/neat-core/src/packed.rs). A `Uint32Array`, in which f32 numbers stand as their bits:
 *
 * - a header: nodes N, connections C, inputs, outputs, flags;
 * - N nodes: id, kind and activation, bias;
 * - C connections: innovation, from, to, enabled, weight.
 *
 * Genes stand in any order, but inputs and outputs keep the order in which they are listed.
 */

/** Words before the first node. */
export const HEADER_WORDS = 5
/** Words of a node. */
export const NODE_WORDS = 3
/** Words of a connection. */
export const CONNECTION_WORDS = 5

/** Where the header holds the number of nodes. */
export const HEADER_NODES = 0
/** Where the header holds the number of connections. */
export const HEADER_CONNECTIONS = 1
/** Where the header holds the number of inputs. */
export const HEADER_INPUTS = 2
/** Where the header holds the number of outputs. */
export const HEADER_OUTPUTS = 3
/** Where the header holds the flags. */
export const HEADER_FLAGS = 4
/** The flag of a recurrent genome. */
export const FLAG_RECURRENT = 1

/** Where a node holds its id. */
export const NODE_ID = 0
/** Where a node holds `kind | activation << 8`. */
export const NODE_SHAPE = 1
/** Where a node holds its bias, an f32. */
export const NODE_BIAS = 2
/** What to shift a node's shape by for its activation; the bits below are its kind. */
export const ACTIVATION_SHIFT = 8
/** The bits of a node's shape that are its kind. */
export const KIND_MASK = 0xff

/** Where a connection holds its innovation number. */
export const CONNECTION_INNOVATION = 0
/** Where a connection holds the id of its source node. */
export const CONNECTION_FROM = 1
/** Where a connection holds the id of its target node. */
export const CONNECTION_TO = 2
/** Where a connection holds 1 if it is enabled, 0 if not. */
export const CONNECTION_ENABLED = 3
/** Where a connection holds its weight, an f32. */
export const CONNECTION_WEIGHT = 4

/** The kinds of nodes; a node's kind is its index here. */
export const NODE_KINDS = ['input', 'output', 'hidden'] as const
/** The number of an input node's kind. */
export const KIND_INPUT = 0
/** The number of an output node's kind. */
export const KIND_OUTPUT = 1
/** The number of a hidden node's kind. */
export const KIND_HIDDEN = 2

/** The activations; a node's activation is its index here. */
export const ACTIVATIONS = [
  'identity',
  'sigmoid',
  'steepenedSigmoid',
  'tanh',
  'relu',
  'leakyRelu',
  'elu',
  'softplus',
  'gaussian',
  'sin',
  'abs',
  'step',
] as const

/** What a node applies to the sum of its bias and its weighted sources. */
export type Activation = (typeof ACTIVATIONS)[number]
/** The part a node plays. */
export type NodeKind = (typeof NODE_KINDS)[number]

/** Where the first connection of a packed genome stands. */
export function connectionsOffset(words: Uint32Array): number {
  return HEADER_WORDS + words[HEADER_NODES] * NODE_WORDS
}
