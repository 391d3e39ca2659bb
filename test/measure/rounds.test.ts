import test from 'ava'
import type { Contender } from '#src/measure/contender.js'
import type { Latencies } from '#src/measure/latencies.js'
import { measureInRounds, shuffled } from '#src/measure/rounds.js'
import { Random } from '#src/neat/random.js'

const uniform = (seed: number) => {
  const random = new Random(seed)
  return () => random.next()
}

const plan = { inProcessMs: 1, remoteMs: 2, roundsPerWindow: 2, minWindows: 3, maxWindows: 5 }

/** A contender whose calls take the given nanoseconds, without any time passing. */
function pretend(name: string, callNs: () => number, log: string[] = []): Contender {
  return {
    name,
    label: name,
    mode: 'native',
    workload: 'champion',
    server: null,
    protocol: null,
    rowsPerCall: 1,
    inFlight: 1,
    callsPerSample: 1,
    prepare: async () => {},
    answer: async () => new Float32Array(),
    rows: () => ({ asked: 0, answered: 0, inferCount: 0 }),
    close: async () => {},
    run: async (_milliseconds: number, latencies: Latencies) => {
      log.push(name)
      const ns = callNs()
      for (let i = 0; i < 1000; i++) latencies.record(ns)
      return { calls: 1000, seconds: (1000 * ns) / 1e9 }
    },
  }
}

test('steady contenders are done after the fewest windows, interleaved in changing order', async (t) => {
  const log: string[] = []
  const contenders = ['a', 'b', 'c'].map((name) => pretend(name, () => 100, log))
  const measured = await measureInRounds(contenders, plan, uniform(1))
  t.is(log.length, 18)
  for (let round = 0; round < 6; round++) {
    t.deepEqual(log.slice(3 * round, 3 * round + 3).sort(), ['a', 'b', 'c'])
  }
  t.true(new Set([0, 3, 6, 9, 12, 15].map((at) => log[at])).size > 1)
  t.is(measured.get(contenders[0])!.length, 6)
})

test('a contender that does not settle is measured to the last window', async (t) => {
  let round = 0
  const contenders = [pretend('steady', () => 100), pretend('drifts', () => 100 * 1.2 ** round++)]
  const measured = await measureInRounds(contenders, plan, uniform(1))
  t.is(measured.get(contenders[1])!.length, 10)
})

test('an abort leaves whole rounds only', async (t) => {
  const aborting = new AbortController()
  let calls = 0
  const call = () => {
    if (++calls === 5) aborting.abort()
    return 100
  }
  const contenders = [pretend('a', call), pretend('b', call)]
  const measured = await measureInRounds(contenders, plan, uniform(1), {}, aborting.signal)
  t.deepEqual(
    [...measured.values()].map((rounds) => rounds.length),
    [2, 2],
  )
})

test('a shuffle keeps its items and repeats with its seed', (t) => {
  const items = [1, 2, 3, 4, 5, 6, 7]
  t.deepEqual([...shuffled(items, uniform(5))].sort(), items)
  t.deepEqual(shuffled(items, uniform(5)), shuffled(items, uniform(5)))
})
