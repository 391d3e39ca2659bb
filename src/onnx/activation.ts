import { ACTIVATIONS, type Activation } from '../genome/layout.js'
import type { Kind } from './blocks.js'
import { float, type Graph, int, type TensorName } from './graph.js'

/** How the values of a model are computed. */
export type Rounding =
  /** With ONNX's own activations: few operators, each within some 1e-7 of the native value. */
  | 'standard'
  /** In the steps and the order of the native kernels: the same bits, at several times the cost. */
  | 'native'

/** Activations that are a logistic function of a multiple of the sum, but for a factor and a term. */
export const LOGISTIC: ReadonlySet<Activation> = new Set(['sigmoid', 'steepenedSigmoid', 'tanh'])

/** Activations that leave a positive sum as it is, and what they multiply a negative one by. */
const BELOW_ZERO = new Map<Activation, number>([
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

/** Values that one operator made. */
export interface Values {
  readonly name: TensorName
  /** How many nodes have them. */
  readonly width: number
}

/** How activations are written in ONNX. */
export interface Activations {
  /** What the weights and the bias of a node are multiplied by beforehand. */
  slope(activation: number): number
  /** Turns the sums of a depth, whose nodes are of these kinds, into values in the same order. */
  apply(sums: TensorName, kinds: readonly Kind[]): Values[]
}

/** One operator, or few, from sums to values. */
type Apply = (graph: Graph, sums: TensorName) => TensorName

const operator =
  (name: string, attributes = {}): Apply =>
  (graph, sums) =>
    graph.add(name, [sums], attributes)

const STANDARD: Readonly<Record<Activation, Apply>> = {
  identity: (_graph, sums) => sums,
  sigmoid: operator('Sigmoid'),
  steepenedSigmoid: operator('Sigmoid'),
  tanh: operator('Tanh'),
  relu: operator('Relu'),
  leakyRelu: operator('LeakyRelu', { alpha: float(0.01) }),
  elu: operator('Elu', { alpha: float(1) }),
  softplus: operator('Softplus'),
  gaussian,
  sin: operator('Sin'),
  abs: operator('Abs'),
  step,
}

const standard = ACTIVATIONS.map((name) => STANDARD[name])

/**
 * Applies ONNX's own operator for an activation. With native rounding, this is for activations
 * without an exponential or a sine, which round natively as they are.
 */
export function applyStandard(graph: Graph, activation: number, sums: TensorName): TensorName {
  return standard[activation](graph, sums)
}

/** ONNX's own operators, for sums [rows, nodes]. */
export class StandardActivations implements Activations {
  constructor(private readonly graph: Graph) {}

  slope(activation: number): number {
    // A sigmoid with a slope of 4.9 (Stanley and Miikkulainen 2002).
    return ACTIVATIONS[activation] === 'steepenedSigmoid' ? 4.9 : 1
  }

  apply(sums: TensorName, kinds: readonly Kind[]): Values[] {
    const families = neighbours(kinds)
    const widths = families.map((family) => family.reduce((sum, { width }) => sum + width, 0))
    const parts = this.graph.split(sums, widths, 1)
    return families.map((family, index) => ({
      name: this.#applyFamily(parts[index], family),
      width: widths[index],
    }))
  }

  #applyFamily(sums: TensorName, family: readonly Kind[]): TensorName {
    const [{ activation }] = family
    const alike = family.every((kind) => kind.activation === activation)
    if (alike || !BELOW_ZERO.has(ACTIVATIONS[activation])) {
      return applyStandard(this.graph, activation, sums)
    }
    const slopes = family.flatMap(({ activation: one, width }) =>
      new Array<number>(width).fill(BELOW_ZERO.get(ACTIVATIONS[one]) as number),
    )
    const constant = this.graph.constant(Float32Array.from(slopes), [slopes.length])
    return this.graph.add('PRelu', [sums, constant])
  }
}

/** The kinds that stand together and go through the same operator. */
function neighbours(kinds: readonly Kind[]): Kind[][] {
  const families: Kind[][] = []
  const familyOf = ({ activation }: Kind) => FAMILIES.standard[activation]
  for (const kind of kinds) {
    const last = families.at(-1)
    if (last !== undefined && familyOf(last[0]) === familyOf(kind)) last.push(kind)
    else families.push([kind])
  }
  return families
}

/** A weight or bias with an activation's slope in it, kept finite as natively. */
export function folded(weight: number, slope: number): number {
  const product = Math.fround(weight * slope)
  // Adding 0 turns -0 into +0.
  return Math.max(-MAX, Math.min(MAX, product)) + 0
}

/** The largest float32. */
const MAX = (2 - 2 ** -23) * 2 ** 127

function gaussian(graph: Graph, sums: TensorName): TensorName {
  const square = graph.add('Mul', [sums, sums])
  return graph.add('Exp', [graph.add('Neg', [square])])
}

function step(graph: Graph, sums: TensorName): TensorName {
  return graph.add('Cast', [graph.add('Greater', [sums, graph.scalar(0)])], { to: int(1) })
}
