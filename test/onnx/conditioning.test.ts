import test from 'ava'
import { Genome } from '#src/genome/genome.js'
import { ACTIVATIONS } from '#src/genome/layout.js'
import { planGenome } from '#src/native/addon.js'
import { chooseRounding, LOCAL } from '#src/onnx/conditioning.js'
import { exportOnnx } from '#src/onnx/export.js'
import { bareGenome } from '../bare-genome.js'
import { difference, run, sampleGenome, sampleNumbers } from './sample.js'

for (const activation of ACTIVATIONS) {
  test(`standard ${activation} differs from native by no more than is reckoned with`, async (t) => {
    const genome = bareGenome(activation)
    for (const range of [1, 8, 80, 1000]) {
      const inputs = sampleNumbers(50_000, range, range)
      const expected = new Float32Array(inputs.length)
      genome.compile().feedForwardBatch(inputs, expected, inputs.length)
      const model = exportOnnx(genome, { rounding: 'standard' })
      const outputs = await run(model, inputs, inputs.length)
      for (const [row, x] of inputs.entries()) {
        const [, slope, reckoned] = LOCAL[activation](x)
        // Natively, the weight carries a factor that is rounded, and the product with it.
        const bound = reckoned + slope * Math.abs(x) * 2 ** -23 + 2 ** -126
        if (!(Math.abs(outputs[row] - expected[row]) <= bound)) t.fail(`at ${x}`)
      }
    }
    t.pass()
  })
}

test('genomes found well conditioned agree on rows not tried', async (t) => {
  let found = 0
  for (let seed = 0; seed < 300; seed += 1) {
    const shape = { inputs: 1 + (seed % 7), outputs: 2, hidden: 20, weights: 1 + (seed % 8) }
    const genome = sampleGenome(seed, shape)
    if (chooseRounding([planGenome(genome.words)]) === 'native') continue
    found += 1
    const inputs = sampleNumbers(500 * genome.inputSize, seed, 3)
    const expected = new Float32Array(500 * genome.outputSize)
    genome.compile().feedForwardBatch(inputs, expected, 500)
    const model = exportOnnx(genome, { rounding: 'standard' })
    const error = difference(await run(model, inputs, 500), expected)
    if (!(error <= 1e-5)) t.fail(`genome ${seed} differs by ${error}`)
  }
  t.true(found > 100)
})

test('a chain of steep nodes is not well conditioned, and one of flat nodes is', (t) => {
  const chain = (weight: number) => {
    const ids = Array.from({ length: 6 }, (_, id) => id)
    return Genome.fromJSON({
      format: 'neatron/genome',
      version: 1,
      inputs: 1,
      outputs: 1,
      nodes: ids.map((id) => ({
        id,
        kind: id === 0 ? 'input' : id === 5 ? 'output' : 'hidden',
        ...(id > 0 && { activation: 'sin' as const }),
      })),
      connections: ids.slice(1).map((to) => ({ innovation: to, from: to - 1, to, weight })),
    })
  }
  t.is(chooseRounding([planGenome(chain(8).words)]), 'native')
  t.is(chooseRounding([planGenome(chain(0.5).words)]), 'standard')
})
