/**
 * Activations in the very steps that the native kernels take (crates/neat-core, kernel/activate.rs
 * tells where their constants come from), so that every operation rounds alike. Each step is an
 * addition, multiplication, division, comparison or table look-up in float32, which IEEE 754
 * defines to the last bit.
 */
import { ACTIVATIONS, type Activation } from '../genome/layout.js'
import { type Activations, applyStandard, LOGISTIC, type Values } from './activation.js'
import { Arithmetic, type Operand } from './arithmetic.js'
import type { Kind } from './blocks.js'
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

const isLogistic = ({ activation }: Kind): boolean => LOGISTIC.has(ACTIVATIONS[activation])

/** Neighbouring kinds that go through the same operators. */
interface Group {
  readonly kinds: Kind[]
  readonly sums: TensorName
  readonly width: number
}

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
    const groups = this.#groups(sums, kinds)
    const exponentials = this.#exponentials(groups)
    return groups.map((group) => ({
      name: exponentials.get(group) ?? this.#values(group),
      width: group.width,
    }))
  }

  #groups(sums: TensorName, kinds: readonly Kind[]): Group[] {
    const together: Kind[][] = []
    for (const kind of kinds) {
      const last = together.at(-1)
      if (last !== undefined && isLogistic(last[0]) && isLogistic(kind)) last.push(kind)
      else together.push([kind])
    }
    const widths = together.map((members) => members.reduce((sum, { width }) => sum + width, 0))
    const parts = this.graph.split(sums, widths, this.axis)
    return together.map((members, at) => ({ kinds: members, sums: parts[at], width: widths[at] }))
  }

  /** The values of the groups that are exponentials: one power of two for all of them. */
  #exponentials(groups: readonly Group[]): Map<Group, TensorName> {
    const found = groups.flatMap((group) => {
      const form = EXPONENTIALS[ACTIVATIONS[group.kinds[0].activation]]
      return form === undefined ? [] : [{ group, form }]
    })
    if (found.length === 0) return new Map()
    const exponents = found.map(({ group, form }) => form.exponent(this.#arithmetic, group.sums))
    const powers = this.graph.split(
      this.#powers.power(this.graph.concat(exponents, this.axis)),
      found.map(({ group }) => group.width),
      this.axis,
    )
    return new Map(
      found.map(({ group, form }, at) => [
        group,
        form.value(this.#arithmetic, powers[at], group.sums),
      ]),
    )
  }

  #values(group: Group): TensorName {
    const [{ activation }] = group.kinds
    if (isLogistic(group.kinds[0])) return this.#logistic(group)
    if (ACTIVATIONS[activation] === 'sin') return this.#sin(group.sums)
    return applyStandard(this.graph, activation, group.sums)
  }

  /** Sigmoids, and tanh as 2 / (1 + e^-2x) - 1. */
  #logistic({ kinds, sums }: Group): TensorName {
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
    const numbers = kinds.flatMap((kind) => new Array<number>(kind.width).fill(of(kind)))
    const shape = this.axis === 0 ? [numbers.length, 1] : [numbers.length]
    return this.graph.constant(Float32Array.from(numbers), shape)
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
