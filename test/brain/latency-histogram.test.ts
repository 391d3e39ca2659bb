import test from 'ava'
import fc from 'fast-check'
import hdr from 'hdr-histogram-js'
import { LatencyHistogram } from '#src/brain/latency-histogram.js'

const time = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.nat({ max: 2 ** 31 - 1 }),
  fc.integer({ min: 2 ** 31 - 2, max: 2 ** 45 }),
)

test('finds the same bucket as the library for every time', (t) => {
  const reference = new hdr.Float64Histogram(1, 2 ** 50, 3)
  const histogram = new LatencyHistogram()
  const check = (ns: number) => reference.countsArrayIndex(ns) === histogram.countsArrayIndex(ns)
  fc.assert(fc.property(time, check), { numRuns: 20_000 })
  for (let power = 0; power < 46; power++) {
    for (const ns of [2 ** power - 1, 2 ** power, 2 ** power + 1]) t.true(check(ns), `${ns}`)
  }
  t.throws(() => histogram.countsArrayIndex(-1))
})

test('percentiles are within 3 digits of the sorted times', (t) => {
  fc.assert(
    fc.property(fc.array(time, { minLength: 1, maxLength: 300 }), (times) => {
      const histogram = new LatencyHistogram()
      for (const ns of times) histogram.recordValue(ns)
      const sorted = times.toSorted((a, b) => a - b)
      const summary = histogram.summarize()
      const expected = (p: number) => sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)]
      for (const [name, p] of [
        ['p50', 50],
        ['p95', 95],
        ['p99', 99],
        ['p999', 99.9],
      ] as const) {
        const exact = expected(p)
        const error = Math.abs(summary[name] - exact)
        if (error > exact / 1000) return false
      }
      return summary.max === sorted.at(-1)
    }),
  )
  t.pass()
})

test('an empty histogram has zeros, and one time is all its percentiles', (t) => {
  const histogram = new LatencyHistogram()
  t.deepEqual(histogram.summarize(), { p50: 0, p95: 0, p99: 0, p999: 0, max: 0 })
  histogram.recordValueWithCount(1_234_567, 3)
  t.is(histogram.totalCount, 3)
  t.deepEqual(Object.values(histogram.summarize()), Array(5).fill(1_234_567))
})

test('counts beyond 32 bits', (t) => {
  const histogram = new LatencyHistogram()
  histogram.recordValueWithCount(100, 2 ** 33)
  histogram.recordValueWithCount(100, 1)
  t.is(histogram.getCountAtIndex(histogram.countsArrayIndex(100)), 2 ** 33 + 1)
})
