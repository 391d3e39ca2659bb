import test from 'ava'
import fc from 'fast-check'
import { Recorder } from '#src/brain/recorder.js'

test('a call counts once in one histogram and its rows in the other', (t) => {
  const recorder = new Recorder()
  recorder.asked(10)
  recorder.answered(10, 1000)
  const { latencies, histogram, ...counters } = recorder.takeGeneration()
  t.is(latencies.call.totalCount, 1)
  t.is(latencies.row.totalCount, 10)
  t.is(histogram.call.max, 1000)
  t.is(histogram.row.max, 100)
  t.like(counters, {
    rows: 10,
    inferCount: 10,
    inferTimeNs: 1000,
    requests: 0,
    httpTimeNs: 0,
    remoteInferNs: null,
  })
})

test('the totals are the sum of the generations', (t) => {
  const call = fc.record({
    rows: fc.integer({ min: 1, max: 500 }),
    ns: fc.integer({ min: 0, max: 1e9 }),
  })
  fc.assert(
    fc.property(fc.array(fc.array(call)), fc.array(call), (generations, unfinished) => {
      const recorder = new Recorder()
      const record = (calls: { rows: number; ns: number }[]) => {
        for (const { rows, ns } of calls) {
          recorder.requested()
          recorder.asked(rows)
          recorder.answered(rows, ns)
          recorder.exchanged(ns * 2, ns * 3)
        }
      }
      for (const calls of generations) {
        record(calls)
        const rows = calls.reduce((sum, each) => sum + each.rows, 0)
        const taken = recorder.takeGeneration()
        t.is(taken.inferCount, rows)
        t.is(taken.requests, calls.length)
        t.is(taken.latencies.call.totalCount, calls.length)
        t.is(taken.latencies.row.totalCount, rows)
        t.is(recorder.takeGeneration().rows, 0)
      }
      record(unfinished)
      const all = [...generations.flat(), ...unfinished]
      const stats = recorder.stats()
      const total = (of: 'rows' | 'ns') => all.reduce((sum, each) => sum + each[of], 0)
      t.is(stats.rows, total('rows'))
      t.is(stats.inferCount, total('rows'))
      t.is(stats.requests, all.length)
      t.is(stats.inferTimeNs, total('ns'))
      t.is(stats.httpTimeNs, total('ns') * 2)
      t.is(stats.remoteInferNs, all.length === 0 ? null : total('ns') * 3)
      t.is(stats.histogram.call.max, Math.max(0, ...all.map((each) => each.ns)))
    }),
    { numRuns: 30 },
  )
})

test('remote time is null as soon as one answer came without it', (t) => {
  const recorder = new Recorder()
  recorder.exchanged(10, 5)
  t.is(recorder.stats().remoteInferNs, 5)
  recorder.exchanged(10, null)
  t.is(recorder.stats().remoteInferNs, null)
  recorder.takeGeneration()
  recorder.exchanged(10, 5)
  t.is(recorder.takeGeneration().remoteInferNs, 5)
})
