import type { Graph, TensorName } from './graph.js'

/** A tensor, or a number for each of its elements. */
export type Operand = TensorName | number

/**
 * The shape of a number beside matrices. Without dimensions, ONNX Runtime goes through a column
 * [nodes, 1] element by element: ten times as long for 256 nodes.
 */
const NUMBER_SHAPE = [1, 1]

/** Elementwise float32 operations, each of which IEEE 754 defines to the last bit. */
export class Arithmetic {
  constructor(readonly graph: Graph) {}

  add(a: Operand, b: Operand): TensorName {
    return this.#binary('Add', a, b)
  }

  sub(a: Operand, b: Operand): TensorName {
    return this.#binary('Sub', a, b)
  }

  mul(a: Operand, b: Operand): TensorName {
    return this.#binary('Mul', a, b)
  }

  div(a: Operand, b: Operand): TensorName {
    return this.#binary('Div', a, b)
  }

  /** The nearest integer, the even one of two. */
  round(x: TensorName): TensorName {
    return this.graph.add('Round', [x])
  }

  abs(x: TensorName): TensorName {
    return this.graph.add('Abs', [x])
  }

  /** max(x, 0) */
  relu(x: TensorName): TensorName {
    return this.graph.add('Relu', [x])
  }

  clip(x: TensorName, low: number, high: number): TensorName {
    return this.graph.add('Clip', [x, this.graph.scalar(low), this.graph.scalar(high)])
  }

  /** Estrin's scheme: neighbours are paired again and again. Lowest coefficient first. */
  polynomial(coefficients: readonly number[], x: TensorName): TensorName {
    let terms: Operand[] = [...coefficients]
    let power = x
    for (;;) {
      const paired: Operand[] = []
      for (let at = 0; at + 1 < terms.length; at += 2) {
        paired.push(this.add(terms[at], this.mul(power, terms[at + 1])))
      }
      if (terms.length % 2 === 1) paired.push(terms[terms.length - 1])
      if (paired.length === 1) return paired[0] as TensorName
      terms = paired
      power = this.mul(power, power)
    }
  }

  #binary(operator: string, a: Operand, b: Operand): TensorName {
    const names = [a, b].map((one) =>
      typeof one === 'number' ? this.graph.scalar(one, NUMBER_SHAPE) : one,
    )
    return this.graph.add(operator, names)
  }
}
