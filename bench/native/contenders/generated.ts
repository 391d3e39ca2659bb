import { ACTIVATIONS, type Activation } from '#src/genome/layout.js'
import { type Plan, planGenome } from '#src/native/addon.js'
import type { MakeContenders } from '../contender.js'
import type { RowFunction } from './typescript.js'

/** The JavaScript of an activation of the local variable `x`. */
const FORMULAS: Record<Activation, string> = {
  identity: 'x',
  sigmoid: '1 / (1 + Math.exp(-x))',
  steepenedSigmoid: '1 / (1 + Math.exp(-4.9 * x))',
  tanh: 'Math.tanh(x)',
  relu: 'x > 0 ? x : 0',
  leakyRelu: 'x > 0 ? x : 0.01 * x',
  elu: 'x > 0 ? x : Math.expm1(x)',
  softplus: 'Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)))',
  gaussian: 'Math.exp(-x * x)',
  sin: 'Math.sin(x)',
  abs: 'Math.abs(x)',
  step: 'x > 0 ? 1 : 0',
}

/** JavaScript generated for the plan: a local variable for each node, weights as constants. */
export function generatedRow(plan: Plan): RowFunction {
  const value = (slot: number) =>
    slot < plan.inputSize ? `inputs[i + ${slot}]` : `n${slot - plan.inputSize}`
  const lines = [...plan.biases].map((bias, node) => {
    const terms = [`${bias}`]
    for (let c = plan.rowOffsets[node]; c < plan.rowOffsets[node + 1]; c++) {
      terms.push(`${plan.weights[c]} * ${value(plan.sources[c])}`)
    }
    const formula = FORMULAS[ACTIVATIONS[plan.activations[node]]]
    return `x = ${terms.join(' + ')}; const n${node} = ${formula}`
  })
  const stores = [...plan.outputSlots].map((slot, o) => `outputs[o + ${o}] = ${value(slot)}`)
  const body = `let x\n${[...lines, ...stores].join('\n')}`
  return new Function('inputs', 'i', 'outputs', 'o', body) as RowFunction
}

export const generated: MakeContenders = ({ genome, inputs }, rows) => {
  const row = generatedRow(planGenome(genome.words))
  const outputs = new Float32Array(rows * genome.outputSize)
  const run = () => {
    for (let r = 0; r < rows; r++) row(inputs, r * genome.inputSize, outputs, r * genome.outputSize)
  }
  return [{ name: 'generated JavaScript', run, outputs }]
}
