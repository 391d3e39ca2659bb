import { ACTIVATIONS, type Activation } from '../genome/layout.js'
import type { Kind } from './blocks.js'
import type { Graph, TensorName } from './graph.js'

/** How the values of a model are computed. */
export type Rounding =
  /** With ONNX's own activations: few operators, each within some 1e-7 of the native value. */
  | 'standard'
  /** In the steps and the order of the native kernels: the same bits, at several times the cost. */
  | 'native'

/** Activations that are a logistic function of a multiple of the sum, but for a factor and a term. */
export const LOGISTIC: ReadonlySet<Activation> = new Set(['sigmoid', 'steepenedSigmoid', 'tanh'])

/** Activations that leave a positive sum as it is, and what they multiply a negative one by. */
export const BELOW_ZERO: ReadonlyMap<Activation, number> = new Map([
  ['identity', 1],
  ['relu', 0],
  ['leakyRelu', 0.01],
  ['abs', -1],
])

/** For each activation which others go through the same operators: a name for all of them. */
export const FAMILIES: Readonly<Record<Rounding, readonly string[]>> = {
  native: ACTIVATIONS.map((name) => (LOGISTIC.has(name) ? 'logistic' : name)),
  standard: ACTIVATIONS.map((name) =>
    BELOW_ZERO.has(name) ? 'linear' : name === 'steepenedSigmoid' ? 'sigmoid' : name,
  ),
}

/** The sums of neighbouring kinds that go through the same operators. */
export interface Family {
  /** At least one. */
  readonly kinds: readonly Kind[]
  readonly sums: TensorName
  /** Nodes of all its kinds. */
  readonly width: number
}

/** Cuts the sums of a depth, whose nodes lie along an axis, into families. */
export function splitFamilies(
  graph: Graph,
  sums: TensorName,
  kinds: readonly Kind[],
  rounding: Rounding,
  axis: 0 | 1,
): Family[] {
  const familyOf = ({ activation }: Kind) => FAMILIES[rounding][activation]
  const together: Kind[][] = []
  for (const kind of kinds) {
    const last = together.at(-1)
    if (last !== undefined && familyOf(last[0]) === familyOf(kind)) last.push(kind)
    else together.push([kind])
  }
  const widths = together.map((family) => family.reduce((sum, { width }) => sum + width, 0))
  const parts = graph.split(sums, widths, axis)
  return together.map((family, at) => ({ kinds: family, sums: parts[at], width: widths[at] }))
}

/** A number for each node of some kinds. */
export function eachNode(kinds: readonly Kind[], of: (kind: Kind) => number): Float32Array {
  return Float32Array.from(kinds.flatMap((kind) => new Array<number>(kind.width).fill(of(kind))))
}
