import test from 'ava'
import { Latencies } from '#src/measure/latencies.js'
import type { Round } from '#src/measure/rounds.js'
import { disagreement, windowsAgree, windowsOf } from '#src/measure/stability.js'

function round(calls: number, nanoseconds: number): Round {
  const latencies = new Latencies()
  for (let i = 0; i < calls; i++) latencies.record(nanoseconds)
  return { latencies, calls, seconds: 1, startedAt: 0, endedAt: 1000 }
}

test('windows pool their rounds, counted from the last', (t) => {
  const windows = windowsOf(
    [round(9, 1), round(5000, 5), round(7000, 5), round(6000, 6), round(6000, 6)],
    2,
  )
  t.deepEqual(windows, [
    { callsPerSecond: 6000, p99Ns: 5 },
    { callsPerSecond: 6000, p99Ns: 6 },
  ])
})

test('three windows within 10 % agree; older ones do not matter', (t) => {
  const steady = [round(400, 9), round(1000, 5), round(1040, 5), round(1090, 5)]
  t.true(windowsAgree(windowsOf(steady, 1)))
})

test('throughput and p99 are both held to it', (t) => {
  const slower = [round(1000, 5), round(1000, 5), round(1200, 5)]
  t.regex(disagreement(windowsOf(slower, 1))!, /throughput differs by 19 %/)
  const tail = [round(10_000, 100), round(10_000, 100), round(10_000, 150)]
  t.regex(disagreement(windowsOf(tail, 1))!, /p99 differs by 43 %/)
})

test('a p99 with too few samples cannot disagree', (t) => {
  const few = [round(9000, 100), round(9000, 100), round(9000, 150)]
  t.true(windowsAgree(windowsOf(few, 1)))
})

test('fewer than three windows never agree', (t) => {
  t.regex(disagreement(windowsOf([round(1000, 5), round(1000, 5)], 1))!, /only 2 of the 3/)
})
