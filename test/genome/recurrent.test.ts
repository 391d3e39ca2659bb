import test from 'ava'
import fc from 'fast-check'
import { Genome } from '#src/genome/genome.js'
import type { GenomeJSON } from '#src/genome/json.js'
import { Population } from '#src/genome/population.js'
import { arbitraryGenome, arbitraryRow } from './arbitrary-genome.js'

const bits = (values: Float32Array) => [...new Uint32Array(values.slice().buffer)]

/** A genome whose output adds up its inputs: a connection of weight 1 to itself. */
const adder = (more: object = {}): GenomeJSON => ({
  format: 'neatron/genome',
  version: 1,
  inputs: 1,
  outputs: 1,
  recurrent: true,
  nodes: [
    { id: 0, kind: 'input' },
    { id: 1, kind: 'output', activation: 'identity' },
  ],
  connections: [
    { innovation: 0, from: 0, to: 1, weight: 1 },
    { innovation: 1, from: 1, to: 1, weight: 1 },
  ],
  ...more,
})

/** Any graph: disabled connections enabled, so that cycles and loops close. */
const arbitraryGraph = arbitraryGenome.map((json) => ({
  ...json,
  recurrent: true,
  connections: json.connections.map((gene) => ({
    ...gene,
    enabled: gene.enabled || gene.innovation % 3 > 0,
  })),
}))

/** Steps x rows of inputs. */
const arbitraryEpisodes = (inputs: number) =>
  fc.integer({ min: 1, max: 20 }).chain((rows) =>
    fc.array(fc.array(arbitraryRow(inputs), { minLength: rows, maxLength: rows }), {
      minLength: 1,
      maxLength: 5,
    }),
  )

test('every way of calling gives the same bits at every step', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryGraph.chain((json) =>
        fc.tuple(fc.constant(json as GenomeJSON), arbitraryEpisodes(json.inputs)),
      ),
      async ([json, steps]) => {
        const genome = Genome.fromJSON(json)
        const { inputSize, outputSize } = genome
        const rows = steps[0].length
        const inputs = new Float32Array(rows * inputSize)
        const networks = Array.from({ length: rows }, () => genome.compile())
        const one = [new Float32Array(inputSize), new Float32Array(outputSize)] as const
        const bound = networks.map((network) => network.bind(...one))
        const single = genome.compile()
        const [batches, asynchronous] = [genome.compile(), genome.compile()]
        const population = Population.compile([genome])
        const slots = Uint32Array.from({ length: rows }, (_, row) => 2 * (rows - row))
        for (const step of steps) {
          inputs.set(step.flat())
          const [expected, batch, async, byRows] = Array.from(
            { length: 4 },
            () => new Float32Array(rows * outputSize),
          )
          for (let row = 0; row < rows; row++) {
            one[0].set(step[row])
            bound[row]()
            expected.set(one[1], row * outputSize)
          }
          one[0].set(step[0])
          single.feedForward(...one)
          t.deepEqual(bits(one[1]), bits(expected.slice(0, outputSize)))
          batches.feedForwardBatch(inputs, batch, rows)
          await asynchronous.feedForwardBatchAsync(inputs, async, rows)
          population.feedForwardRows(new Uint32Array(rows), inputs, byRows, rows, slots)
          for (const other of [batch, async, byRows]) t.deepEqual(bits(other), bits(expected))
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('a network keeps a state for each row, and reset brings it back', (t) => {
  const network = Genome.fromJSON(adder()).compile()
  t.is(network.stateSize, 1)
  t.true(network.byteLength > 0)
  const inputs = Float32Array.of(1, 10, 100)
  const outputs = new Float32Array(3)
  const step = (rows: number) => {
    network.feedForwardBatch(inputs, outputs, rows)
    return [...outputs.subarray(0, rows)]
  }
  t.deepEqual(step(2), [1, 10])
  t.deepEqual(step(3), [2, 20, 100])
  t.deepEqual(step(1), [3])
  const [input, output] = [Float32Array.of(1), new Float32Array(1)]
  const call = network.bind(input, output)
  call()
  t.is(output[0], 4, 'bound calls are row 0')
  network.reset(1)
  t.deepEqual(step(3), [5, 10, 200])
  network.reset()
  t.deepEqual(step(3), [1, 10, 100])
  network.reset(7)
  for (let n = 2; n < 200; n++) {
    network.feedForward(input, output)
    t.is(output[0], n)
  }
})

test('a genome runs as it is marked, or as asked', (t) => {
  const genome = Genome.fromJSON(adder())
  t.deepEqual([...genome.feedForward([2])], [2])
  t.deepEqual([...genome.feedForward([2])], [2], 'from the beginning at each call')
  t.throws(() => genome.compile({ recurrent: false }), { code: 'GENOME_CYCLE' })
  const unmarked = Genome.fromJSON(adder({ recurrent: false }))
  t.throws(() => unmarked.compile(), { code: 'GENOME_CYCLE' })
  t.is(unmarked.compile({ recurrent: true }).stateSize, 1)
  const feedForward = Genome.random({ inputs: 2, outputs: 1 }).compile()
  t.is(feedForward.stateSize, 0)
  t.notThrows(() => feedForward.reset())
  t.throws(() => feedForward.reset(-1), { code: 'ARGUMENT_RANGE' })
  t.throws(() => feedForward.reset('1' as never), { code: 'ARGUMENT_TYPE' })
})

test('a network is busy while another thread has its states', async (t) => {
  const network = Genome.fromJSON(adder()).compile()
  const [input, output] = [Float32Array.of(1), new Float32Array(1)]
  const call = network.bind(input, output)
  const done = network.feedForwardBatchAsync(input, new Float32Array(1), 1)
  const busy = { name: 'NeatronError', code: 'NETWORK_BUSY' }
  t.throws(call, busy)
  t.throws(() => network.feedForward(input, output), busy)
  t.throws(() => network.feedForwardBatch(input, output, 1), busy)
  t.throws(() => network.reset(), busy)
  await t.throwsAsync(network.feedForwardBatchAsync(input, output, 1), busy)
  await done
  call()
  t.is(output[0], 2)
})

test('a population has genome i in slot i, and rows in the slots they name', (t) => {
  const doubled = adder({
    nodes: [...adder().nodes, { id: 5, kind: 'hidden', activation: 'identity' }],
    connections: [
      { innovation: 0, from: 0, to: 1, weight: 2 },
      { innovation: 1, from: 1, to: 5, weight: 1 },
      { innovation: 2, from: 5, to: 1, weight: 1 },
    ],
  })
  const population = Population.compile([adder(), doubled].map((json) => Genome.fromJSON(json)))
  t.is(population.stateSize, 2, 'the largest state')
  population.inputs.set([1, 1])
  const next = () => {
    population.feedForward()
    return [...population.outputs]
  }
  t.deepEqual(
    [next(), next(), next(), next()],
    [
      [1, 2],
      [2, 2],
      [3, 4],
      [4, 4],
    ],
  )
  const rows = (genome: number[], slots?: number[]) => {
    const outputs = new Float32Array(genome.length)
    const inputs = new Float32Array(genome.length).fill(1)
    const asked = slots && Uint32Array.from(slots)
    population.feedForwardRows(Uint32Array.from(genome), inputs, outputs, genome.length, asked)
    return [...outputs]
  }
  t.deepEqual(rows([0, 1]), [5, 6])
  t.deepEqual(rows([0, 0], [100, 0]), [1, 6])
  population.reset(0)
  t.deepEqual(rows([0, 0], [0, 100]), [1, 2])
  population.reset()
  t.deepEqual(rows([1, 0]), [2, 1])
})

test('slots that are wrong are refused, and nothing moves', (t) => {
  const population = Population.compile([Genome.fromJSON(adder())])
  const outputs = new Float32Array(2)
  const attempt = (slots?: unknown) =>
    population.feedForwardRows(
      new Uint32Array(2),
      Float32Array.of(1, 1),
      outputs,
      2,
      slots as Uint32Array,
    )
  t.throws(() => attempt(), { code: 'SLOT_REPEATED', message: /row 1/ })
  t.throws(() => attempt(Uint32Array.of(3, 3)), { code: 'SLOT_REPEATED' })
  t.throws(() => attempt(Uint32Array.of(3)), { code: 'SLOT_LENGTH' })
  t.throws(() => attempt(Uint32Array.of(0, 2 ** 32 - 1)), { code: 'SLOT_INDEX' })
  t.throws(() => attempt(new Float32Array(2)), { code: 'ARGUMENT_TYPE' })
  t.throws(() => attempt(new Uint32Array(outputs.buffer)), { code: 'BUFFERS_OVERLAP' })
  t.throws(() => population.reset(0.5), { code: 'ARGUMENT_RANGE' })
  attempt(Uint32Array.of(1, 0))
  t.deepEqual([...outputs], [1, 1])
  population.dispose()
  t.throws(() => attempt(Uint32Array.of(1, 0)), { code: 'POPULATION_DISPOSED' })
  t.throws(() => population.reset(), { code: 'POPULATION_DISPOSED' })
})

test('genomes of a population are all recurrent or none', (t) => {
  const genomes = [adder(), adder({ recurrent: false })].map((json) => Genome.fromJSON(json))
  t.throws(() => Population.compile(genomes), { code: 'POPULATION_SHAPE', message: /genome 1/ })
  t.is(Population.compile(genomes, { recurrent: true }).size, 2)
  const error = t.throws(() => Population.compile(genomes, { recurrent: false }))
  t.is((error as { code?: string }).code, 'GENOME_CYCLE')
})
