import test from 'ava'
import fc from 'fast-check'
import { HistogramLogReader } from 'hdr-histogram-js'
import { Genome } from '#src/genome/genome.js'
import { callsPerSample, measureClock } from '#src/measure/clock.js'
import { nativeContenders } from '#src/measure/contenders/native.js'
import { referenceContender } from '#src/measure/contenders/reference.js'
import { histogramLog } from '#src/measure/hlog.js'
import { Latencies } from '#src/measure/latencies.js'
import { randomTrace } from '#src/measure/trace.js'
import { verifyOutputs } from '#src/measure/verify.js'
import { Random } from '#src/neat/random.js'

const clock = { overheadNs: 40, resolutionNs: 1 }

test('every native way, and the reference, answer any genome alike', async (t) => {
  const genome = fc.record({
    inputs: fc.integer({ min: 1, max: 6 }),
    outputs: fc.integer({ min: 1, max: 4 }),
    hidden: fc.integer({ min: 0, max: 12 }),
    seed: fc.nat(),
  })
  await fc.assert(
    fc.asyncProperty(genome, async ({ inputs, outputs, hidden, seed }) => {
      const activations = ['tanh', 'sigmoid', 'gaussian', 'softplus', 'elu'] as const
      const options = { inputs, outputs, hidden, seed, activations: [...activations] }
      const trace = randomTrace('test', [Genome.random(options)], 64, new Random(seed))
      const [bound, ...others] = nativeContenders(trace, [8, 64], clock)
      const native = await bound.answer()
      for (const other of others) t.deepEqual(await other.answer(), native, other.name)
      const reference = referenceContender(trace.champion!, trace.inputs, clock)
      const { worst, limit } = verifyOutputs(await reference.answer(), native, outputs)
      t.true(worst <= limit, `the reference is off by ${worst}`)
    }),
    { numRuns: 50 },
  )
})

test('blocks count the rows of warm-up, check and rounds, and hold enough calls', async (t) => {
  const trace = randomTrace(
    'test',
    [Genome.random({ inputs: 3, outputs: 2, seed: 1 })],
    64,
    new Random(1),
  )
  const [bound] = nativeContenders(trace, [], clock)
  await bound.prepare(10)
  const warm = bound.rows().asked
  t.true(warm > 0)
  t.true(bound.callsPerSample > 1)
  const latencies = new Latencies(bound.callsPerSample)
  const { calls, seconds } = await bound.run(5, latencies)
  t.is(calls, latencies.samples * bound.callsPerSample)
  t.true(seconds > 0)
  await bound.answer()
  const rows = warm + calls + 64
  t.deepEqual(bound.rows(), { asked: rows, answered: rows, inferCount: rows })
  await bound.close()
})

test('reading the clock is at most 2 % of a sample', (t) => {
  t.is(callsPerSample(100, clock), 20)
  t.is(callsPerSample(50_000, clock), 1)
  const measured = measureClock()
  t.true(measured.overheadNs > 0 && measured.resolutionNs >= 1)
})

test('the histogram log opens in a standard reader, one interval a round', (t) => {
  const latencies = new Latencies(20)
  for (let i = 0; i < 100; i++) latencies.record(2000 + i)
  const trace = randomTrace(
    'test',
    [Genome.random({ inputs: 1, outputs: 1, seed: 1 })],
    8,
    new Random(1),
  )
  const [bound] = nativeContenders(trace, [], clock)
  const round = { latencies, calls: 2000, seconds: 1, startedAt: 1e12, endedAt: 1e12 + 500 }
  const log = histogramLog(bound, [round, round])
  const reader = new HistogramLogReader(log)
  t.is(reader.nextIntervalHistogram()!.totalCount, 100)
  t.is(reader.nextIntervalHistogram()!.maxValue, latencies.histogram.maxValue)
  t.is(reader.nextIntervalHistogram(), null)
})
