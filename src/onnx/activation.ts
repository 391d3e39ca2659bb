import { ACTIVATIONS, type Activation } from '../genome/layout.js'
import type { Kind } from './blocks.js'
import { BELOW_ZERO, eachNode, type Family, splitFamilies } from './families.js'
import { float, type Graph, int, type TensorName } from './graph.js'

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
    return splitFamilies(this.graph, sums, kinds, 'standard', 1).map((family) => ({
      name: this.#values(family),
      width: family.width,
    }))
  }

  #values({ kinds, sums }: Family): TensorName {
    const [{ activation }] = kinds
    const alike = kinds.every((kind) => kind.activation === activation)
    if (alike || !BELOW_ZERO.has(ACTIVATIONS[activation])) {
      return applyStandard(this.graph, activation, sums)
    }
    const slopes = eachNode(kinds, (kind) => BELOW_ZERO.get(ACTIVATIONS[kind.activation]) as number)
    return this.graph.add('PRelu', [sums, this.graph.constant(slopes, [slopes.length])])
  }
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
