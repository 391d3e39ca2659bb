import { ACTIVATIONS } from '#src/genome/layout.js'
import { type Plan, planGenome } from '#src/native/addon.js'
import { activate } from '../../../test/reference.js'
import type { MakeContenders } from '../contender.js'

/** Computes one row, from `inputs` at i into `outputs` at o. */
export type RowFunction = (
  inputs: Float32Array,
  i: number,
  outputs: Float32Array,
  o: number,
) => void

/** What one writes in TypeScript by hand: nodes in order of depth, f64, loops over flat arrays. */
export function typescriptRow(plan: Plan): RowFunction {
  const { rowOffsets, sources, weights, biases, outputSlots, inputSize } = plan
  const activations = [...plan.activations].map((number) => {
    const name = ACTIVATIONS[number]
    return (x: number) => activate(name, x)
  })
  const values = new Float64Array(inputSize + biases.length)
  return (inputs, i, outputs, o) => {
    for (let slot = 0; slot < inputSize; slot++) values[slot] = inputs[i + slot]
    for (let node = 0; node < biases.length; node++) {
      let sum = biases[node]
      for (let c = rowOffsets[node]; c < rowOffsets[node + 1]; c++) {
        sum += weights[c] * values[sources[c]]
      }
      values[inputSize + node] = activations[node](sum)
    }
    for (let output = 0; output < outputSlots.length; output++) {
      outputs[o + output] = values[outputSlots[output]]
    }
  }
}

export const typescript: MakeContenders = ({ genome, inputs }, rows) => {
  const row = typescriptRow(planGenome(genome.words))
  const outputs = new Float32Array(rows * genome.outputSize)
  const run = () => {
    for (let r = 0; r < rows; r++) row(inputs, r * genome.inputSize, outputs, r * genome.outputSize)
  }
  return [{ name: 'TypeScript', run, outputs }]
}
