import { ACTIVATIONS, type Activation } from '../genome/layout.js'
import type { Plan } from '../native/addon.js'
import type { Rounding } from './families.js'

/** Half the distance of 1 to the next float32: the relative error of one rounding. */
const UNIT = 2 ** -24

/** Of the agreement promised, 1e-5 relative above 1: rows not tried may be steeper. */
const TOLERANCE = 0.75e-5

/**
 * Rows tried for a genome, fewer in a large population: 6 ms for one of 120 connections, 0.1 s for
 * 4,000. With 512 rows, some genomes were four times as far off elsewhere as reckoned on these.
 */
const ROWS = { genome: 4096, total: 131_072, least: 128 }

/** What an activation does near a sum. */
type Local = (x: number) => readonly [value: number, slope: number, difference: number]

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

/**
 * For each activation its value, the size of its derivative, and by how much the native value and
 * ONNX Runtime's may differ (measured, rounded up).
 */
export const LOCAL: Readonly<Record<Activation, Local>> = {
  identity: (x) => [x, 1, 0],
  sigmoid: (x) => sigmoid(logistic(x), 1),
  steepenedSigmoid: (x) => sigmoid(logistic(4.9 * x), 4.9),
  tanh: (x) => [Math.tanh(x), 1 - Math.tanh(x) ** 2, 4.5e-7],
  relu: (x) => (x > 0 ? [x, 1, 0] : [0, 0, 0]),
  leakyRelu: (x) => (x > 0 ? [x, 1, 0] : [0.01 * x, 0.01, 0]),
  elu: (x) => (x > 0 ? [x, 1, 0] : [Math.expm1(x), Math.exp(x), 5e-7 * Math.exp(x) + 1e-7]),
  softplus: (x) => {
    const value = Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
    return [value, logistic(x), 1e-6 * logistic(-Math.abs(x)) + 1.2e-7 * value]
  },
  gaussian: (x) => {
    const value = Math.exp(-x * x)
    return [value, 2 * Math.abs(x) * value, 5e-7 * value + 1e-8]
  },
  sin: (x) => [Math.sin(x), Math.abs(Math.cos(x)), 3e-7],
  abs: (x) => [Math.abs(x), 1, 0],
  step: (x) => [x > 0 ? 1 : 0, 0, 0],
}

const sigmoid = (y: number, steepness: number): ReturnType<Local> => [
  y,
  steepness * y * (1 - y),
  3e-7,
]

const locals = ACTIVATIONS.map((name) => LOCAL[name])

/**
 * Chooses how to write genomes: with ONNX's own activations where their small differences stay
 * small, and in the native steps where the genome magnifies them. A chain of weights of 8 makes
 * 1e-7 to 1e-5 within two or three nodes, and no formulation but the native one agrees then.
 *
 * It follows the largest possible error, to the first order, through each genome on rows of numbers
 * within 1 and within 3; a genome that is steep only on rows between those tried is not noticed.
 * docs/onnx.md tells how often that was seen.
 */
export function chooseRounding(plans: readonly Plan[]): Rounding {
  const each = Math.max(ROWS.least, Math.min(ROWS.genome, Math.floor(ROWS.total / plans.length)))
  return plans.every((plan) => isWellConditioned(plan, each)) ? 'standard' : 'native'
}

function isWellConditioned(plan: Plan, rows: number): boolean {
  const random = uniform()
  const values = new Float64Array(plan.inputSize + plan.activations.length)
  const errors = new Float64Array(values.length)
  for (let row = 0; row < rows; row += 1) {
    const size = row % 2 === 0 ? 1 : 3
    for (let input = 0; input < plan.inputSize; input += 1) values[input] = size * random()
    propagate(plan, values, errors)
    for (const slot of plan.outputSlots) {
      // Written so that NaN, from an overflow, counts as ill-conditioned.
      if (!(errors[slot] <= TOLERANCE * Math.max(1, Math.abs(values[slot])))) return false
    }
  }
  return true
}

/** Computes every node and the largest error that its value can have. */
function propagate(plan: Plan, values: Float64Array, errors: Float64Array): void {
  const { activations, biases, rowOffsets, sources, weights, inputSize } = plan
  for (let node = 0; node < activations.length; node += 1) {
    let sum = biases[node]
    let size = Math.abs(sum)
    let error = 0
    for (let edge = rowOffsets[node]; edge < rowOffsets[node + 1]; edge += 1) {
      const product = weights[edge] * values[sources[edge]]
      sum += product
      size += Math.abs(product)
      error += Math.abs(weights[edge]) * errors[sources[edge]]
    }
    error += 2 * UNIT * size
    const [value, slope, difference] = locals[activations[node]](sum)
    values[inputSize + node] = value
    // The second order keeps an error in sight where the slope happens to be 0.
    errors[inputSize + node] = slope * error + error * error + difference
  }
}

/** Numbers in [-1, 1), the same in each run (a Weyl sequence, mixed). */
function uniform(): () => number {
  let state = 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    const mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    return (mixed ^ (mixed >>> 15)) * 2 ** -31
  }
}
