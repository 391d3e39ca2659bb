import test from 'ava'
import { Genome } from '#src/genome/genome.js'
import { Population } from '#src/genome/population.js'
import { Random } from '#src/neat/random.js'
import { exportOnnx, type Rounding } from '#src/onnx/export.js'
import { createSession, loadRuntime } from '#src/onnx/runtime.js'
import { difference, sampleGenome, sampleNumbers } from './sample.js'

const ROWS = 9
const STEPS = 6
const SHAPE = { inputs: 3, outputs: 2, hidden: 12, weights: 2 }

/** A sample genome with cycles: some connections turned round, outputs that feed hidden nodes. */
function recurrentGenome(seed: number): Genome {
  const random = new Random(seed, 1)
  const json = sampleGenome(seed, SHAPE).toJSON()
  const inner = json.nodes.filter(({ kind }) => kind !== 'input').map(({ id }) => id)
  const pick = () => inner[random.below(inner.length)]
  for (let innovation = 1_000_000; innovation < 1_000_008; innovation++) {
    json.connections.push({ innovation, from: pick(), to: pick(), weight: random.signed() })
  }
  return Genome.fromJSON({ ...json, recurrent: true })
}

/** Several steps of a model, its states fed back, next to native ones; gives all outputs of both. */
async function compare(
  model: Uint8Array,
  stateSize: number,
  step: (inputs: Float32Array) => Float32Array,
  genome?: Uint32Array,
): Promise<[onnx: Float32Array, native: Float32Array]> {
  const { Tensor } = await loadRuntime()
  const session = await createSession(model)
  const [onnx, native]: [number[], number[]] = [[], []]
  let state = new Tensor('float32', new Float32Array(ROWS * stateSize), [ROWS, stateSize])
  for (let n = 0; n < STEPS; n++) {
    const inputs = sampleNumbers(ROWS * SHAPE.inputs, n)
    const answer = await session.run({
      inputs: new Tensor('float32', inputs, [ROWS, SHAPE.inputs]),
      state,
      ...(genome && { genome: new Tensor('int64', BigInt64Array.from(genome, BigInt), [ROWS]) }),
    })
    state = answer.state_out as typeof state
    onnx.push(...(answer.outputs.data as Float32Array))
    native.push(...step(inputs))
  }
  await session.release()
  return [Float32Array.from(onnx), Float32Array.from(native)]
}

function compareGenome(genome: Genome, rounding?: Rounding) {
  const network = genome.compile()
  return compare(exportOnnx(genome, { rounding }), network.stateSize, (inputs) => {
    const outputs = new Float32Array(ROWS * network.outputSize)
    network.feedForwardBatch(inputs, outputs, ROWS)
    return outputs
  })
}

test('recurrent genomes have the native bits at every step', async (t) => {
  for (let seed = 0; seed < 60; seed += 1) {
    const [onnx, native] = await compareGenome(recurrentGenome(seed))
    t.deepEqual(onnx, native, `genome ${seed}`)
  }
})

test('with standard rounding they are close where nothing is magnified', async (t) => {
  const genome = Genome.fromJSON({
    format: 'neatron/genome',
    version: 1,
    inputs: 3,
    outputs: 2,
    recurrent: true,
    nodes: [
      { id: 0, kind: 'input' },
      { id: 1, kind: 'input' },
      { id: 2, kind: 'input' },
      { id: 3, kind: 'output', activation: 'tanh', bias: 0.1 },
      { id: 4, kind: 'output', activation: 'sigmoid' },
      { id: 5, kind: 'hidden', activation: 'tanh' },
    ],
    connections: [
      { innovation: 0, from: 0, to: 5, weight: 0.5 },
      { innovation: 1, from: 5, to: 5, weight: -0.5 },
      { innovation: 2, from: 5, to: 3, weight: 0.8 },
      { innovation: 3, from: 3, to: 4, weight: 0.7 },
      { innovation: 4, from: 2, to: 4, weight: -0.3 },
    ],
  })
  const [onnx, native] = await compareGenome(genome, 'standard')
  t.true(difference(onnx, native) <= 1e-5)
})

test('a population of recurrent genomes has the native bits at every step', async (t) => {
  const genomes = [1, 2, 3, 4].map(recurrentGenome)
  const population = Population.compile(genomes)
  const genome = Uint32Array.from({ length: ROWS }, (_, row) => (row * 3) % 4)
  const slots = Uint32Array.from({ length: ROWS }, (_, row) => row)
  const [onnx, native] = await compare(
    exportOnnx(genomes),
    population.stateSize,
    (inputs) => {
      const outputs = new Float32Array(ROWS * SHAPE.outputs)
      population.feedForwardRows(genome, inputs, outputs, ROWS, slots)
      return outputs
    },
    genome,
  )
  t.deepEqual(onnx, native)
})

test('a population is recurrent as a whole', (t) => {
  const genomes = [recurrentGenome(1), sampleGenome(1, SHAPE)]
  t.throws(() => exportOnnx(genomes), { code: 'POPULATION_SHAPE', message: /recurrent/ })
})
