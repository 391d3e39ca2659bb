/**
 * An independent evaluator of genomes, by recursion over the JSON format in f64: what the native
 * one is held against. With each value comes a bound on how far an f32 evaluator that keeps the
 * contract on accuracy may be from it, so that tests need no guessed tolerance.
 */
import type { GenomeJSON } from '#src/genome/json.js'
import type { Activation } from '#src/genome/layout.js'

interface Formula {
  apply: (x: number) => number
  /** The steepest slope there is; a jump has none. */
  slope: number
}

const FORMULAS: Record<Activation, Formula> = {
  identity: { apply: (x) => x, slope: 1 },
  sigmoid: { apply: (x) => 1 / (1 + Math.exp(-x)), slope: 0.25 },
  steepenedSigmoid: { apply: (x) => 1 / (1 + Math.exp(-4.9 * x)), slope: 4.9 / 4 },
  tanh: { apply: Math.tanh, slope: 1 },
  relu: { apply: (x) => Math.max(0, x), slope: 1 },
  leakyRelu: { apply: (x) => (x > 0 ? x : 0.01 * x), slope: 1 },
  elu: { apply: (x) => (x > 0 ? x : Math.expm1(x)), slope: 1 },
  softplus: { apply: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))), slope: 1 },
  gaussian: { apply: (x) => Math.exp(-x * x), slope: Math.sqrt(2 / Math.E) },
  sin: { apply: Math.sin, slope: 1 },
  abs: { apply: Math.abs, slope: 1 },
  step: { apply: (x) => (x > 0 ? 1 : 0), slope: Number.POSITIVE_INFINITY },
}

/** The f64 value of an activation. */
export function activate(activation: Activation, x: number): number {
  return FORMULAS[activation].apply(x)
}

/** How far one activation may be off, absolute or, above 1, relative (the contract). */
const ACTIVATION_ERROR = 1e-6
/** Half the distance from 1 to the next f32. */
const ROUNDING = 2 ** -24
/** Half the smallest f32 above 0: what rounding may cost where products underflow. */
const UNDERFLOW = 2 ** -150

/** A node's exact value, and how far an f32 evaluation may be from it. */
export interface Evaluated {
  value: number
  error: number
}

/** Evaluates one row: the outputs in their order. `inputs` are taken as f32. */
export function evaluate(genome: GenomeJSON, inputs: ArrayLike<number>): Evaluated[] {
  const known = new Map<number, Evaluated>()
  let input = 0
  for (const node of genome.nodes) {
    if (node.kind === 'input') {
      known.set(node.id, { value: Math.fround(inputs[input++]), error: 0 })
    }
  }
  const nodes = new Map(genome.nodes.map((node) => [node.id, node]))
  const visit = (id: number): Evaluated => {
    let evaluated = known.get(id)
    if (evaluated === undefined) {
      const node = nodes.get(id)!
      const bias = Math.fround(node.bias ?? 0)
      const incoming = genome.connections.filter(
        ({ to, enabled }) => to === id && enabled !== false,
      )
      let sum = bias
      let size = Math.abs(bias)
      let inherited = 0
      for (const { from, weight } of incoming) {
        const source = visit(from)
        const factor = Math.fround(weight)
        sum += factor * source.value
        size += Math.abs(factor) * (Math.abs(source.value) + source.error)
        inherited += Math.abs(factor) * source.error
      }
      // Each addition and product rounds, and a slope may be folded into weights and bias.
      const off = inherited + (incoming.length + 4) * (ROUNDING * size + UNDERFLOW)
      const { apply, slope } = FORMULAS[node.activation!]
      const value = apply(sum)
      const spread = slope === Number.POSITIVE_INFINITY ? Number(Math.abs(sum) <= off) : slope * off
      evaluated = {
        value,
        error: spread + ACTIVATION_ERROR * Math.max(1, Math.abs(value) + spread),
      }
      known.set(id, evaluated)
    }
    return evaluated
  }
  return genome.nodes.filter(({ kind }) => kind === 'output').map(({ id }) => visit(id))
}
