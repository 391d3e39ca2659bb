import test from 'ava'
import { Genome } from '#src/genome/genome.js'
import { ACTIVATIONS } from '#src/genome/layout.js'
import { Population } from '#src/genome/population.js'
import { exportOnnx } from '#src/onnx/export.js'
import { bareGenome } from '../bare-genome.js'
import { difference, run, sampleGenome, sampleNumbers } from './sample.js'

const TOLERANCE = 1e-5
const ROWS = 16

test('1,000 random genomes agree with native', async (t) => {
  for (let seed = 0; seed < 1000; seed += 1) {
    const shape = { inputs: 1 + (seed % 7), outputs: 1 + (seed % 4), hidden: 12, weights: 8 }
    const genome = sampleGenome(seed, shape)
    const inputs = sampleNumbers(ROWS * genome.inputSize, seed)
    const expected = new Float32Array(ROWS * genome.outputSize)
    genome.compile().feedForwardBatch(inputs, expected, ROWS)
    const error = difference(await run(exportOnnx(genome), inputs, ROWS), expected)
    if (!(error <= TOLERANCE)) t.fail(`genome ${seed} differs by ${error}`)
  }
  t.pass()
})

test('populations agree with native, whatever their depths', async (t) => {
  for (let seed = 0; seed < 40; seed += 1) {
    const shape = { inputs: 3, outputs: 2, hidden: seed % 20, weights: 1 + (seed % 8) }
    const size = 1 + (seed % 20)
    const genomes = Array.from({ length: size }, (_, index) =>
      sampleGenome(100 * seed + index, shape),
    )
    const inputs = sampleNumbers(3 * 40, seed)
    const genome = Uint32Array.from({ length: 40 }, (_, row) => (row * 7) % size)
    const expected = new Float32Array(2 * 40)
    Population.compile(genomes).feedForwardRows(genome, inputs, expected, 40)
    const error = difference(await run(exportOnnx(genomes), inputs, 40, genome), expected)
    if (!(error <= TOLERANCE)) t.fail(`population ${seed} differs by ${error}`)
  }
  t.pass()
})

test('a population with many nodes at one depth agrees too', async (t) => {
  const shape = { inputs: 6, outputs: 70, hidden: 10, weights: 1 }
  const genomes = [1, 2, 3].map((seed) => sampleGenome(seed, shape))
  const inputs = sampleNumbers(6 * 9, 1)
  const genome = Uint32Array.from({ length: 9 }, (_, row) => row % 3)
  const expected = new Float32Array(70 * 9)
  Population.compile(genomes).feedForwardRows(genome, inputs, expected, 9)
  for (const rounding of ['standard', 'native'] as const) {
    const outputs = await run(exportOnnx(genomes, { rounding }), inputs, 9, genome)
    t.true(difference(outputs, expected) <= TOLERANCE)
  }
})

for (const activation of ACTIVATIONS) {
  test(`${activation} has the native bits with native rounding, and is close without`, async (t) => {
    const genome = bareGenome(activation, { weight: 1.3, bias: 0.1 })
    const rows = 50_000
    const inputs = Float32Array.from({ length: rows }, (_, row) => (row - rows / 2) / 300)
    const expected = new Float32Array(rows)
    genome.compile().feedForwardBatch(inputs, expected, rows)
    const native = await run(exportOnnx(genome, { rounding: 'native' }), inputs, rows)
    t.deepEqual(native, expected)
    const standard = await run(exportOnnx(genome, { rounding: 'standard' }), inputs, rows)
    t.true(difference(standard, expected) <= 1e-6)
  })
}

test('native rounding gives the native bits for whole genomes and populations', async (t) => {
  const shape = { inputs: 4, outputs: 3, hidden: 15, weights: 8 }
  const genomes = Array.from({ length: 60 }, (_, seed) => sampleGenome(seed, shape))
  const inputs = sampleNumbers(4 * 60, 1)
  const expected = new Float32Array(3 * 60)
  const genome = Uint32Array.from({ length: 60 }, (_, row) => row)
  Population.compile(genomes).feedForwardRows(genome, inputs, expected, 60)
  t.deepEqual(await run(exportOnnx(genomes, { rounding: 'native' }), inputs, 60, genome), expected)
  for (const [index, one] of genomes.entries()) {
    const row = inputs.slice(4 * index, 4 * index + 4)
    const outputs = await run(exportOnnx(one, { rounding: 'native' }), row, 1)
    t.deepEqual(outputs, expected.slice(3 * index, 3 * index + 3))
  }
})

test('duplicate connections, constants and outputs that feed on', async (t) => {
  const genome = Genome.fromJSON({
    format: 'neatron/genome',
    version: 1,
    inputs: 1,
    outputs: 3,
    nodes: [
      { id: 0, kind: 'input' },
      { id: 1, kind: 'output', activation: 'tanh', bias: 0.5 },
      { id: 2, kind: 'output', activation: 'sigmoid', bias: -0.25 },
      { id: 3, kind: 'output', activation: 'identity' },
    ],
    connections: [
      { innovation: 0, from: 0, to: 2, weight: 1 },
      { innovation: 1, from: 0, to: 2, weight: 0.5 },
      { innovation: 2, from: 2, to: 3, weight: -2 },
      { innovation: 3, from: 1, to: 3, weight: 3, enabled: false },
    ],
  })
  const inputs = sampleNumbers(8, 1)
  const expected = new Float32Array(24)
  genome.compile().feedForwardBatch(inputs, expected, 8)
  for (const rounding of ['standard', 'native'] as const) {
    t.true(difference(await run(exportOnnx(genome, { rounding }), inputs, 8), expected) <= 1e-6)
    const one = exportOnnx([genome], { rounding })
    t.true(difference(await run(one, inputs, 8, new Uint32Array(8)), expected) <= 1e-6)
  }
})
