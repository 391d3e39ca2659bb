/**
 * Activations in the very steps that the native kernels take (crates/neat-core, kernel/activate.rs
 * tells where their constants come from), so that every operation rounds alike. Each step is an
 * addition, multiplication, division, comparison or table look-up in float32, which IEEE 754
 * defines to the last bit.
 */
import { type Graph, int, type TensorName } from './graph.js'

const LOG2_E = Math.fround(Math.LOG2E)

/** What a node's weights and bias are multiplied by beforehand. */
export const SLOPE = {
  sigmoid: LOG2_E,
  steepenedSigmoid: Math.fround(7.069206),
  tanh: 2 * LOG2_E,
  gaussian: Math.fround(1.2011224),
} as const

/** ln(1 + u) / u on [0, 1]. */
const LOG1P = [
  0.99999994, -0.49999446, 0.3331812, -0.24835399, 0.1907688, -0.13602248, 0.07751609, -0.029074065,
  0.0051261024,
]
/** sin(x) / x in x^2 on [0, 1.58]^2. */
const SIN = [1, -0.16666658, 0.00833304, -0.00019808268, 0.000002603383]

/** Bounds of the exponent of 2. */
const LOWEST = -127
const HIGHEST = 64

/** Builds the native steps in a graph. */
export class NativeSteps {
  #table: TensorName | undefined
  #bounds: readonly TensorName[] | undefined
  /** Constants already in the graph: a session of fewer is made sooner. */
  readonly #scalars = new Map<number, TensorName>()

  constructor(private readonly graph: Graph) {}

  /** 1 / (1 + 2^-z) */
  sigmoid(z: TensorName): TensorName {
    const { above, below } = this.#sigmoidParts(z)
    return this.#div(above, below)
  }

  /** 2 / (1 + 2^-z) - 1 */
  tanh(z: TensorName): TensorName {
    const { above, below } = this.#sigmoidParts(z)
    return this.#sub(this.#div(this.#mul(this.#scalar(2), above), below), this.#scalar(1))
  }

  /** z, and 2^(z log2(e)) - 1 below 0 */
  elu(z: TensorName): TensorName {
    const exponent = this.#mul(this.graph.add('Min', [z, this.#scalar(0)]), this.#scalar(LOG2_E))
    const below = this.#sub(this.#exp2(exponent), this.#scalar(1))
    return this.graph.add('Where', [this.graph.add('Less', [z, this.#scalar(0)]), below, z])
  }

  /** max(z, 0) + ln(1 + e^-|z|) */
  softplus(z: TensorName): TensorName {
    const size = this.graph.add('Abs', [z])
    const u = this.#exp2(this.#mul(size, this.#scalar(-LOG2_E)))
    const log = this.#mul(u, this.#polynomial(LOG1P, u))
    return this.#add(this.graph.add('Relu', [z]), log)
  }

  /** 2^-(z^2) */
  gaussian(z: TensorName): TensorName {
    return this.#exp2(this.graph.add('Neg', [this.#mul(z, z)]))
  }

  /** The sine, reduced by pi in three parts. */
  sin(x: TensorName): TensorName {
    const magic = this.#scalar(12_582_912)
    const turns = this.#sub(this.#add(this.#mul(x, this.#scalar(1 / Math.PI)), magic), magic)
    let r = x
    for (const part of [3.140625, 0.0009675026, 1.509958e-7]) {
      r = this.#sub(r, this.#mul(turns, this.#scalar(part)))
    }
    r = this.#clip(r, -Math.PI / 2, Math.PI / 2)
    const value = this.#clip(this.#mul(r, this.#polynomial(SIN, this.#mul(r, r))), -1, 1)
    // Odd half turns change the sign: 1 - 4 x the fraction of turns / 2.
    const half = this.#mul(turns, this.#scalar(0.5))
    const fraction = this.#sub(half, this.graph.add('Floor', [half]))
    const sign = this.#sub(this.#scalar(1), this.#mul(fraction, this.#scalar(4)))
    return this.#mul(value, sign)
  }

  /** Numerator and denominator of 1 / (1 + 2^-z): 2^k and 2^k + 2^(k - z). */
  #sigmoidParts(z: TensorName): { above: TensorName; below: TensorName } {
    const { graph } = this
    const bounded = graph.add('Min', [z, this.#scalar(HIGHEST)])
    // Far below, the power is 0 and the quadratic alone makes the denominator large.
    const clamped = graph.add('Max', [bounded, this.#scalar(LOWEST)])
    const { nearest, power } = this.#nearestPower(clamped)
    const rest = this.#exp2MinusOne(this.#sub(nearest, bounded))
    return { above: power, below: this.#add(this.#add(power, this.#scalar(1)), rest) }
  }

  /** 2^z for z up to 0 */
  #exp2(z: TensorName): TensorName {
    const clamped = this.graph.add('Max', [z, this.#scalar(LOWEST)])
    const { nearest, power } = this.#nearestPower(clamped)
    const rest = this.#exp2MinusOne(this.#sub(clamped, nearest))
    return this.#add(power, this.#mul(power, rest))
  }

  /** The multiple k of 1/16 next to z, within the bounds, and 2^k from a table. */
  #nearestPower(z: TensorName): { nearest: TensorName; power: TensorName } {
    const { graph } = this
    const magic = this.#scalar(786_688)
    const nearest = this.#sub(this.#add(z, magic), magic)
    const sixteenths = graph.add('Cast', [this.#mul(nearest, this.#scalar(16))], { to: int(6) })
    // Not a number would be cast to an index outside the table.
    this.#bounds ??= [16 * LOWEST, 16 * HIGHEST].map((bound) =>
      graph.constant(Int32Array.of(bound), []),
    )
    const index = graph.add('Clip', [sixteenths, ...this.#bounds])
    this.#table ??= graph.constant(powersOfTwo(), [TABLE_SIZE])
    return { nearest, power: graph.add('Gather', [this.#table, index]) }
  }

  /** 2^r - 1 for r of at most 1/32 in size. */
  #exp2MinusOne(r: TensorName): TensorName {
    const slope = this.#add(this.#mul(r, this.#scalar(0.2402359)), this.#scalar(0.6931878))
    return this.#mul(r, slope)
  }

  /** Estrin's scheme: neighbours are paired again and again. Lowest coefficient first. */
  #polynomial(coefficients: readonly number[], x: TensorName): TensorName {
    let terms = coefficients.map((coefficient) => this.#scalar(coefficient))
    let power = x
    while (terms.length > 1) {
      const paired: TensorName[] = []
      for (let at = 0; at + 1 < terms.length; at += 2) {
        paired.push(this.#add(terms[at], this.#mul(power, terms[at + 1])))
      }
      if (terms.length % 2 === 1) paired.push(terms[terms.length - 1])
      terms = paired
      if (terms.length > 1) power = this.#mul(power, power)
    }
    return terms[0]
  }

  #scalar(value: number): TensorName {
    let name = this.#scalars.get(value)
    if (name === undefined) {
      name = this.graph.constant(Float32Array.of(value), [])
      this.#scalars.set(value, name)
    }
    return name
  }

  #add(a: TensorName, b: TensorName): TensorName {
    return this.graph.add('Add', [a, b])
  }

  #sub(a: TensorName, b: TensorName): TensorName {
    return this.graph.add('Sub', [a, b])
  }

  #mul(a: TensorName, b: TensorName): TensorName {
    return this.graph.add('Mul', [a, b])
  }

  #div(a: TensorName, b: TensorName): TensorName {
    return this.graph.add('Div', [a, b])
  }

  #clip(x: TensorName, low: number, high: number): TensorName {
    return this.graph.add('Clip', [x, this.#scalar(low), this.#scalar(high)])
  }
}

/** Entries of the table: a power of two above 16 x (64 + 127), so that -1 is the last entry. */
const TABLE_SIZE = 4096

/** 2^(k / 16) rounded to float32, for k from -2032 to 1024; negative ones counted from the end. */
function powersOfTwo(): Float32Array {
  const table = new Float32Array(TABLE_SIZE)
  for (let k = 16 * LOWEST; k <= 16 * HIGHEST; k += 1) {
    const fraction = Math.fround(2 ** ((k & 15) / 16))
    // The kernels add k to the bits of the fraction; at the lowest exponent these are subnormal.
    const subnormal = k < 16 * (LOWEST + 1)
    const power = subnormal ? (fraction - 1) * 2 ** (LOWEST + 1) : fraction * 2 ** (k >> 4)
    table[k < 0 ? TABLE_SIZE + k : k] = power
  }
  return table
}
