import test from 'ava'
import fc from 'fast-check'
import { NeatBrain } from '#src/brain/neat-brain.js'
import { Genome } from '#src/genome/genome.js'

const genomes = Array.from({ length: 12 }, (_, seed) =>
  Genome.random({ inputs: 3, outputs: 2, hidden: 5, connections: 15, seed }),
)

test('rows that are refused are not counted', (t) => {
  const brain = NeatBrain.inProcess()
  brain.load(genomes)
  for (const rows of [Number.NaN, -1, 2]) {
    t.throws(() =>
      brain.feedForwardRows(new Uint32Array(1), new Float32Array(3), new Float32Array(2), rows),
    )
  }
  t.like(brain.stats(), { rows: 0, inferCount: 0 })
})

test('any rows are answered bit for bit as by their genomes, and counted', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat({ max: 11 }), { maxLength: 40 }), { maxLength: 6 }),
      (ticks) => {
        const brain = NeatBrain.inProcess()
        brain.load(genomes)
        for (const tick of ticks) {
          const rows = tick.length
          // Longer than the rows need, as a simulation's arrays are.
          const genome = Uint32Array.of(...tick, 7, 7)
          const inputs = Float32Array.from({ length: rows * 3 + 3 }, (_, i) => Math.sin(i))
          const outputs = new Float32Array(rows * 2 + 2)
          t.is(brain.feedForwardRows(genome, inputs, outputs, rows), undefined)
          tick.forEach((index, row) => {
            const expected = genomes[index].feedForward(inputs.subarray(row * 3, row * 3 + 3))
            t.deepEqual(outputs.slice(row * 2, row * 2 + 2), expected)
          })
          t.deepEqual(outputs.slice(rows * 2), new Float32Array(2))
        }
        const rows = ticks.flat().length
        const calls = ticks.filter((tick) => tick.length > 0).length
        const { latencies, ...counters } = brain.takeGeneration()
        t.like(counters, {
          rows,
          inferCount: rows,
          requests: 0,
          httpTimeNs: 0,
          remoteInferNs: null,
        })
        t.is(latencies.call.totalCount, calls)
        t.is(latencies.row.totalCount, rows)
      },
    ),
    { numRuns: 50 },
  )
})

test('one row', async (t) => {
  const brain = NeatBrain.inProcess()
  brain.load(genomes)
  t.deepEqual(await brain.infer([1, 2, 3], 4), genomes[4].feedForward([1, 2, 3]))
  t.deepEqual(await brain.infer(new Float32Array([1, 2, 3])), genomes[0].feedForward([1, 2, 3]))
  await t.throwsAsync(brain.infer([1, 2, 3], 12), { code: 'GENOME_INDEX' })
  await t.throwsAsync(brain.infer([1, 2], 0), { code: 'INPUT_LENGTH' })
  await t.throwsAsync(brain.infer([1, 2, Number.NaN], 0), { code: 'INPUT_NOT_FINITE' })
  await brain.flush()
  t.like(brain.stats(), { rows: 2, inferCount: 2 })
})

test('an index outside the population is refused and not counted as answered', (t) => {
  const brain = NeatBrain.inProcess()
  brain.load(genomes)
  const ask = () =>
    brain.feedForwardRows(Uint32Array.of(12), new Float32Array(3), new Float32Array(2), 1)
  t.throws(ask, { code: 'GENOME_INDEX' })
  t.is(brain.stats().inferCount, 0)
})

test('another population takes over', async (t) => {
  const brain = NeatBrain.inProcess()
  brain.load(genomes)
  brain.load([genomes[3]])
  t.deepEqual(await brain.infer([1, 2, 3]), genomes[3].feedForward([1, 2, 3]))
  const others = [genomes[0], Genome.random({ inputs: 4, outputs: 2 })]
  t.throws(() => brain.load(others), { code: 'POPULATION_SHAPE', message: /genome 1 has 4/ })
  t.throws(() => brain.load([]), { code: 'POPULATION_SHAPE' })
  t.deepEqual(await brain.infer([1, 2, 3]), genomes[3].feedForward([1, 2, 3]))
})

test('before load and after close', async (t) => {
  const brain = NeatBrain.inProcess()
  const ask = () =>
    brain.feedForwardRows(new Uint32Array(1), new Float32Array(3), new Float32Array(2), 1)
  t.throws(ask, { code: 'BRAIN_NOT_LOADED' })
  await t.throwsAsync(brain.infer([1, 2, 3]), { code: 'BRAIN_NOT_LOADED' })
  brain.load(genomes)
  await brain.close()
  t.throws(ask, { code: 'BRAIN_CLOSED' })
  t.throws(() => brain.load(genomes), { code: 'BRAIN_CLOSED' })
  await brain.close()
})

test('what is no array of genomes is refused', (t) => {
  const brain = NeatBrain.inProcess()
  for (const value of [undefined, null, 'abc', [genomes[0]?.toJSON()], [undefined]]) {
    t.throws(() => brain.load(value as never), { code: 'ARGUMENT_TYPE' })
  }
  t.throws(() => NeatBrain.remote(undefined as never), { code: 'ARGUMENT_RANGE' })
})
