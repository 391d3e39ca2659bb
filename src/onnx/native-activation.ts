/**
 * Activations in the very steps that the native kernels take (crates/neat-core, kernel/activate.rs
 * tells where their constants come from), so that every operation rounds alike. Each step is an
 * addition, multiplication, division, comparison or table look-up in float32, which IEEE 754
 * defines to the last bit.
 */
import { ACTIVATIONS, type Activation } from '../genome/layout.js'
import { type Activations, applyStandard, type Values } from './activation.js'
import { Arithmetic, type Operand } from './arithmetic.js'
import type { Kind } from './blocks.js'
import { eachNode, type Family, LOGISTIC, splitFamilies } from './families.js'
import { type Graph, int, type TensorName } from './graph.js'
import { PowersOfTwo, STEPS } from './powers-of-two.js'

const LOG2_E = Math.fround(Math.LOG2E)

/** What {@link PowersOfTwo} takes is folded into the weights where they serve nothing else. */
const SLOPES: Partial<Record<Activation, number>> = {
  sigmoid: -STEPS * LOG2_E,
  steepenedSigmoid: -STEPS * Math.fround(7.069206),
  tanh: -STEPS * 2 * LOG2_E,
  // To be squared: the square roots of 16 and of log2(e).
  gaussian: Math.sqrt(STEPS) * Math.fround(1.2011224),
}

/** An activation made of 2^-n: n from the sums, and the values from the power and the sums. */
interface Exponential {
  exponent(a: Arithmetic, z: TensorName): TensorName
  value(a: Arithmetic, power: TensorName, z: TensorName): TensorName
}

const EXPONENTIALS: Partial<Record<Activation, Exponential>> = {
  // e^-(x^2)
  gaussian: { exponent: (a, z) => a.mul(z, z), value: (_, power) => power },
  // max(x, 0) + (e^min(x, 0) - 1)
  elu: {
    // Above 0 it is negative, and taken as 0.
    exponent: (a, z) => a.mul(z, -STEPS * LOG2_E),
    value: (a, power, z) => a.add(a.relu(z), a.sub(power, 1)),
  },
  // max(x, 0) + ln(1 + e^-|x|)
  softplus: {
    exponent: (a, z) => a.mul(a.abs(z), STEPS * LOG2_E),
    value: (a, power, z) => a.add(a.relu(z), a.mul(power, a.polynomial(LOG1P, power))),
  },
}

/** ln(1 + u) / u on [0, 1]. */
const LOG1P = [
  0.99999994, -0.49999446, 0.3331812, -0.24835399, 0.1907688, -0.13602248, 0.07751609, -0.029074065,
  0.0051261024,
]
/** sin(x) / x in x^2 on [0, 1.58]^2. */
const SIN = [1, -0.16666658, 0.00833304, -0.00019808268, 0.000002603383]

/** Builds the native steps in a graph, for sums whose nodes lie along an axis. */
export class NativeActivations implements Activations {
  readonly #arithmetic: Arithmetic
  readonly #powers: PowersOfTwo
  #signs: TensorName | undefined
  #two: TensorName | undefined

  constructor(
    private readonly graph: Graph,
    private readonly axis: 0 | 1,
  ) {
    this.#arithmetic = new Arithmetic(graph)
    this.#powers = new PowersOfTwo(this.#arithmetic)
  }

  slope(activation: number): number {
    return SLOPES[ACTIVATIONS[activation]] ?? 1
  }

  apply(sums: TensorName, kinds: readonly Kind[]): Values[] {
    const families = splitFamilies(this.graph, sums, kinds, 'native', this.axis)
    const exponentials = this.#exponentials(families)
    return families.map((family) => ({
      name: exponentials.get(family) ?? this.#values(family),
      width: family.width,
    }))
  }

  /** The values of the families that are exponentials: one power of two for all of them. */
  #exponentials(families: readonly Family[]): Map<Family, TensorName> {
    const found = families.flatMap((family) => {
      const form = EXPONENTIALS[ACTIVATIONS[family.kinds[0].activation]]
      return form === undefined ? [] : [{ family, form }]
    })
    if (found.length === 0) return new Map()
    const exponents = found.map(({ family, form }) => form.exponent(this.#arithmetic, family.sums))
    const powers = this.graph.split(
      this.#powers.power(this.graph.concat(exponents, this.axis)),
      found.map(({ family }) => family.width),
      this.axis,
    )
    return new Map(
      found.map(({ family, form }, at) => [
        family,
        form.value(this.#arithmetic, powers[at], family.sums),
      ]),
    )
  }

  #values(family: Family): TensorName {
    const [{ activation }] = family.kinds
    if (LOGISTIC.has(ACTIVATIONS[activation])) return this.#logistic(family)
    if (ACTIVATIONS[activation] === 'sin') return this.#sin(family.sums)
    return applyStandard(this.graph, activation, family.sums)
  }

  /** Sigmoids, and tanh as 2 / (1 + e^-2x) - 1. */
  #logistic({ kinds, sums }: Family): TensorName {
    const value = this.#powers.logistic(sums)
    const tanh = ({ activation }: Kind) => ACTIVATIONS[activation] === 'tanh'
    if (!kinds.some(tanh)) return value
    const doubled = this.#arithmetic.mul(
      value,
      this.#eachNode(kinds, (kind) => (tanh(kind) ? 2 : 1)),
    )
    return this.#arithmetic.sub(
      doubled,
      this.#eachNode(kinds, (kind) => (tanh(kind) ? 1 : 0)),
    )
  }

  /** A number for the nodes of each kind. */
  #eachNode(kinds: readonly Kind[], of: (kind: Kind) => number): Operand {
    if (kinds.length === 1) return of(kinds[0])
    const numbers = eachNode(kinds, of)
    const shape = this.axis === 0 ? [numbers.length, 1] : [numbers.length]
    return this.graph.constant(numbers, shape)
  }

  /** The sine, reduced by pi in three parts. */
  #sin(x: TensorName): TensorName {
    const a = this.#arithmetic
    const turns = a.round(a.mul(x, 1 / Math.PI))
    let r = x
    for (const part of [3.140625, 0.0009675026, 1.509958e-7]) r = a.sub(r, a.mul(turns, part))
    r = a.clip(r, -Math.PI / 2, Math.PI / 2)
    const value = a.clip(a.mul(r, a.polynomial(SIN, a.mul(r, r))), -1, 1)
    // Odd half turns change the sign.
    this.#signs ??= this.graph.constant(Float32Array.of(1, -1), [2])
    this.#two ??= this.graph.constant(Int32Array.of(2), [1, 1])
    const odd = this.graph.add('Mod', [this.graph.add('Cast', [turns], { to: int(6) }), this.#two])
    return a.mul(value, this.graph.add('Gather', [this.#signs, odd]))
  }
}
