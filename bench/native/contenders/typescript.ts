import { ACTIVATIONS } from '#src/genome/layout.js'
import { planGenome } from '#src/native/addon.js'
import { activate } from '../../../test/reference.js'
import type { MakeContenders } from '../contender.js'

/** What one writes in TypeScript by hand: nodes in order of depth, f64, loops over flat arrays. */
export const typescript: MakeContenders = ({ genome, inputs }, rows) => {
  const plan = planGenome(genome.words)
  const { rowOffsets, sources, weights, biases, outputSlots, inputSize } = plan
  const activations = [...plan.activations].map((number) => {
    const name = ACTIVATIONS[number]
    return (x: number) => activate(name, x)
  })
  const values = new Float64Array(inputSize + biases.length)
  const outputs = new Float32Array(rows * outputSlots.length)
  const run = () => {
    for (let row = 0; row < rows; row++) {
      for (let slot = 0; slot < inputSize; slot++) values[slot] = inputs[row * inputSize + slot]
      for (let node = 0; node < biases.length; node++) {
        let sum = biases[node]
        for (let c = rowOffsets[node]; c < rowOffsets[node + 1]; c++) {
          sum += weights[c] * values[sources[c]]
        }
        values[inputSize + node] = activations[node](sum)
      }
      for (let output = 0; output < outputSlots.length; output++) {
        outputs[row * outputSlots.length + output] = values[outputSlots[output]]
      }
    }
  }
  return [{ name: 'TypeScript', run, outputs }]
}
