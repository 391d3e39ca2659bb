import test from 'ava'
import {
  curvePercentiles,
  Latencies,
  PERCENTILES,
  pooledDifference,
  pooledPercentiles,
  samplesNeeded,
} from '#src/measure/latencies.js'
import { Random } from '#src/neat/random.js'

const uniform = (seed: number) => {
  const random = new Random(seed)
  return () => random.next()
}

function filled(count: number, value: (i: number) => number, callsPerSample = 1): Latencies {
  const latencies = new Latencies(callsPerSample)
  for (let i = 0; i < count; i++) latencies.record(value(i))
  return latencies
}

test('a percentile needs ten samples beyond it', (t) => {
  t.deepEqual(PERCENTILES.map(samplesNeeded), [20, 200, 1000, 10_000])
  t.is(filled(999, () => 5).percentile(99), null)
  t.is(filled(1000, () => 5).percentile(99), 5)
})

test('percentiles are exact to 3 digits', (t) => {
  const latencies = filled(100_000, (i) => i + 1)
  for (const percentile of PERCENTILES) {
    const exact = percentile * 1000
    t.true(Math.abs(latencies.percentile(percentile)! - exact) <= exact / 1000)
  }
  t.true(Math.abs(latencies.max - 100_000) <= 100)
})

test('no percentile is beyond the slowest sample', (t) => {
  const round = filled(20_000, () => 100_001)
  t.is(round.max, 100_001)
  for (const percentile of PERCENTILES) t.is(round.percentile(percentile), 100_001)
  const pooled = pooledPercentiles([round, filled(20_000, () => 100_000)], PERCENTILES, {
    random: uniform(1),
  })
  for (const estimate of pooled) t.true(estimate!.high <= 100_001)
})

test('a sample of several calls gives figures of one', (t) => {
  const latencies = filled(1000, () => 3050, 30)
  t.true(Math.abs(latencies.percentile(50)! - 3050 / 30) < 0.1)
})

test('pooled percentiles are those of the added histograms, with an interval around', (t) => {
  const rounds = [1, 2, 3, 4].map((r) => filled(5000, (i) => 1000 * r + i))
  const pooled = new Latencies()
  for (const round of rounds) pooled.add(round)
  const estimates = pooledPercentiles(rounds, PERCENTILES, { random: uniform(3) })
  for (const [i, estimate] of estimates.entries()) {
    t.is(estimate!.value, pooled.percentile(PERCENTILES[i])!)
    t.true(estimate!.low <= estimate!.value && estimate!.value <= estimate!.high)
  }
  t.deepEqual(pooledPercentiles([filled(10, () => 1)], [50], { random: uniform(3) }), [null])
})

test('the curve stops where the samples end', (t) => {
  const curve = filled(1000, (i) => i + 1).curve()
  t.is(curve[0][0], 0)
  t.true(curve.at(-1)![0] <= 99)
  t.true(curvePercentiles.at(-1)! > 99.98)
})

test('a difference within the same rounds is sharp, though both sides wander', (t) => {
  const level = [100, 180, 120, 300, 110, 140].map((us) => us * 1000)
  const echo = level.map((at) => filled(2000, (i) => at + (i % 100)))
  const calls = level.map((at) => filled(2000, (i) => at + 50_000 + (i % 100)))
  const draws = { random: uniform(4), groupSize: 2 }
  const { value, low, high } = pooledDifference(calls, echo, 50, draws)!
  t.true(Math.abs(value - 50_000) < 500 && low > 49_000 && high < 51_000)
  const [alone] = pooledPercentiles(calls, [50], draws)
  t.true(alone!.high - alone!.low > 50_000)
  t.is(pooledDifference(calls, [filled(1, () => 5)], 50, draws), null)
})
