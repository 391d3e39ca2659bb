import { evaluate } from '../../test/reference.js'
import type { Contender } from './contender.js'
import type { Measured } from './genomes.js'

/** How far an exported model may be from native, relative above 1 (the contract). */
const MODEL_TOLERANCE = 1e-5

/** Runs every contender once and throws unless all outputs are the reference's. */
export async function verify(
  measured: Measured,
  rows: number,
  contenders: readonly Contender[],
): Promise<void> {
  const { genome, inputs, name } = measured
  const json = genome.toJSON()
  for (const contender of contenders) await contender.run()
  for (let row = 0; row < rows; row++) {
    const from = row * genome.inputSize
    evaluate(json, inputs.subarray(from, from + genome.inputSize)).forEach((expected, output) => {
      const tolerance = expected.error + MODEL_TOLERANCE * Math.max(1, Math.abs(expected.value))
      for (const contender of contenders) {
        const came = contender.outputs[row * genome.outputSize + output]
        if (!(Math.abs(came - expected.value) <= tolerance)) {
          throw new Error(
            `${contender.name} on ${name}: output ${output} of row ${row} is ${came}, not ${expected.value}`,
          )
        }
      }
    })
  }
}
