/**
 * Powers of two in the very steps of the native kernels (crates/neat-core, kernel/activate.rs tells
 * where their constants come from): a table of the multiples of 1/16 times a quadratic for the rest.
 *
 * Exponents come as their negatives and in sixteenths, a factor that the caller puts into weights
 * or constants it has anyway. Powers of two as factors leave every rounding as it is, and save the
 * operators that would turn exponents into indices of the table.
 */
import type { Arithmetic } from './arithmetic.js'
import { int, type TensorName } from './graph.js'

/** Steps of the table in an octave. */
export const STEPS = 16

/** The lowest exponent: there the kernels have exactly 0 for the power. */
const LOWEST = -127
/** From here on 2^z / (2^z + 1) is 1, as 1 is less than half of the last bit of 2^z. */
const HIGHEST = 26

/** 2^r is 1 + r (C1 + C2 r). */
const C1 = Math.fround(0.6931878)
const C2 = Math.fround(0.2402359)

/** Builds powers of two in a graph. */
export class PowersOfTwo {
  #table: TensorName | undefined
  #bounds: readonly TensorName[] = []

  constructor(private readonly arithmetic: Arithmetic) {}

  /** 2^(-n / 16), and 1 for n below 0 */
  power(n: TensorName): TensorName {
    const { arithmetic } = this
    const { power, clipped, nearest } = this.#nearestPower(n, 0)
    const rest = this.#minusOne(arithmetic.sub(nearest, clipped))
    return arithmetic.add(power, arithmetic.mul(power, rest))
  }

  /** 1 / (1 + 2^(n / 16)), from the table's power as 2^k / (2^k + 2^(k + n / 16)) */
  logistic(n: TensorName): TensorName {
    const { arithmetic } = this
    const { power, clipped, nearest } = this.#nearestPower(n, BOUNDS[0])
    const rest = this.#minusOne(arithmetic.sub(clipped, nearest))
    return arithmetic.div(power, arithmetic.add(arithmetic.add(power, 1), rest))
  }

  /** n from `least` to the greatest index, the integer next to it, and 2^-(that / 16) */
  #nearestPower(n: TensorName, least: number): Record<'power' | 'clipped' | 'nearest', TensorName> {
    const { arithmetic } = this
    const { graph } = arithmetic
    if (this.#table === undefined) {
      const table = negativePowers()
      this.#table = graph.constant(table, [table.length])
      this.#bounds = BOUNDS.map((bound) => graph.constant(Int32Array.of(bound), []))
    }
    const clipped = arithmetic.clip(n, least, BOUNDS[1])
    const nearest = arithmetic.round(clipped)
    const index = graph.add('Cast', [nearest], { to: int(6) })
    // Not a number would be cast to an index outside the table.
    const safe = graph.add('Clip', [index, ...this.#bounds])
    return { power: graph.add('Gather', [this.#table, safe]), clipped, nearest }
  }

  /** 2^(r / 16) - 1 for r of at most 1/2 in size */
  #minusOne(r: TensorName): TensorName {
    const { arithmetic } = this
    const slope = arithmetic.add(arithmetic.mul(r, C2 / STEPS ** 2), C1 / STEPS)
    return arithmetic.mul(r, slope)
  }
}

/** The least and the greatest index: the negatives of the highest and the lowest exponent. */
const BOUNDS = [-STEPS * HIGHEST, -STEPS * LOWEST] as const

/** 2^(-i / 16) rounded to float32 by index i; negative ones count from the end, as in ONNX. */
function negativePowers(): Float32Array {
  const [low, high] = BOUNDS
  const table = new Float32Array(1 + high - low)
  for (let index = low; index <= high; index += 1) {
    const k = -index
    const fraction = Math.fround(2 ** ((k & (STEPS - 1)) / STEPS))
    // The kernels add k to the bits of the fraction; at the lowest exponent these are subnormal.
    const subnormal = k < STEPS * (LOWEST + 1)
    const power = subnormal
      ? (fraction - 1) * 2 ** (LOWEST + 1)
      : fraction * 2 ** Math.floor(k / STEPS)
    table[index < 0 ? table.length + index : index] = power
  }
  return table
}
