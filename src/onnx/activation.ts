import { ACTIVATIONS, type Activation } from '../genome/layout.js'
import { float, type Graph, int, type TensorName } from './graph.js'
import { NativeSteps, SLOPE } from './native-activation.js'

/** How the values of a model are computed. */
export type Rounding =
  /** With ONNX's own activations: few operators, each within some 1e-7 of the native value. */
  | 'standard'
  /** In the steps and the order of the native kernels: the same bits, at several times the cost. */
  | 'native'

/** Turns sums into the values of an activation. */
type Apply = (graph: Graph, sums: TensorName) => TensorName

/** How an activation is written in ONNX. */
interface ActivationForm {
  /** What the weights and the bias of a node are multiplied by beforehand. */
  readonly slope: number
  readonly apply: Apply
}

const operator =
  (name: string, attributes = {}): Apply =>
  (graph, sums) =>
    graph.add(name, [sums], attributes)

const steps = new WeakMap<Graph, NativeSteps>()

/** Applies one of the native step sequences, which share their constants within a graph. */
const native =
  (name: Exclude<keyof NativeSteps, 'graph'>): Apply =>
  (graph, sums) => {
    let builder = steps.get(graph)
    if (builder === undefined) {
      builder = new NativeSteps(graph)
      steps.set(graph, builder)
    }
    return builder[name](sums)
  }

const STANDARD: Readonly<Record<Activation, ActivationForm>> = {
  identity: { slope: 1, apply: (_graph, sums) => sums },
  sigmoid: { slope: 1, apply: operator('Sigmoid') },
  // A sigmoid with a slope of 4.9 (Stanley and Miikkulainen 2002).
  steepenedSigmoid: { slope: 4.9, apply: operator('Sigmoid') },
  tanh: { slope: 1, apply: operator('Tanh') },
  relu: { slope: 1, apply: operator('Relu') },
  leakyRelu: { slope: 1, apply: operator('LeakyRelu', { alpha: float(0.01) }) },
  elu: { slope: 1, apply: operator('Elu', { alpha: float(1) }) },
  softplus: { slope: 1, apply: operator('Softplus') },
  gaussian: { slope: 1, apply: gaussian },
  sin: { slope: 1, apply: operator('Sin') },
  abs: { slope: 1, apply: operator('Abs') },
  step: { slope: 1, apply: step },
}

/** Those without an exponential or a sine round natively as they are. */
const NATIVE: Readonly<Record<Activation, ActivationForm>> = {
  ...STANDARD,
  sigmoid: { slope: SLOPE.sigmoid, apply: native('sigmoid') },
  steepenedSigmoid: { slope: SLOPE.steepenedSigmoid, apply: native('sigmoid') },
  tanh: { slope: SLOPE.tanh, apply: native('tanh') },
  elu: { slope: 1, apply: native('elu') },
  softplus: { slope: 1, apply: native('softplus') },
  gaussian: { slope: SLOPE.gaussian, apply: native('gaussian') },
  sin: { slope: 1, apply: native('sin') },
}

const forms = {
  standard: ACTIVATIONS.map((name) => STANDARD[name]),
  native: ACTIVATIONS.map((name) => NATIVE[name]),
}

/** The form of an activation, by its number in the genome format. */
export function activationForm(activation: number, rounding: Rounding): ActivationForm {
  return forms[rounding][activation]
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
  const zero = graph.constant(new Float32Array(1), [])
  return graph.add('Cast', [graph.add('Greater', [sums, zero])], { to: int(1) })
}
