import { ACTIVATIONS, type Activation } from '../genome/layout.js'
import { float, type Graph, int, type TensorName } from './graph.js'

/** How an activation is written in ONNX. */
interface ActivationForm {
  /**
   * What the weights and the bias of a node are multiplied by beforehand. `steepenedSigmoid` is a
   * sigmoid with a slope of 4.9 (Stanley and Miikkulainen 2002).
   */
  readonly slope: number
  /** Adds the operators that turn sums into values. */
  readonly apply: (graph: Graph, sums: TensorName) => TensorName
}

const operator =
  (name: string, attributes = {}) =>
  (graph: Graph, sums: TensorName): TensorName =>
    graph.add(name, [sums], attributes)

const FORMS: Readonly<Record<Activation, ActivationForm>> = {
  identity: { slope: 1, apply: (_graph, sums) => sums },
  sigmoid: { slope: 1, apply: operator('Sigmoid') },
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

const forms = ACTIVATIONS.map((name) => FORMS[name])

/** The form of an activation, by its number in the genome format. */
export function activationForm(activation: number): ActivationForm {
  return forms[activation]
}

function gaussian(graph: Graph, sums: TensorName): TensorName {
  const square = graph.add('Mul', [sums, sums])
  return graph.add('Exp', [graph.add('Neg', [square])])
}

function step(graph: Graph, sums: TensorName): TensorName {
  const zero = graph.constant(new Float32Array(1), [])
  return graph.add('Cast', [graph.add('Greater', [sums, zero])], { to: int(1) })
}
