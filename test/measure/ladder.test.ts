import test from 'ava'
import { climb, readOff } from '#src/measure/ladder.js'
import { Random } from '#src/neat/random.js'

const step = (rate: number, p99Ms: number | null, keepsUp = true) => ({
  rate,
  achieved: keepsUp ? rate : rate / 2,
  callNs: { p50: 1e5, p99: p99Ms === null ? null : p99Ms * 1e6, p999: null, max: 1e7 },
  keepsUp,
})

test('the highest rate is the last that keeps up with p99 under the bound', (t) => {
  const steps = [step(100, 1), step(200, 1.5), step(300, 4), step(400, 6), step(500, 3, false)]
  t.deepEqual(readOff(steps, 5), { highestRate: 300, knee: 300 })
})

test('the knee is where p99 passes twice its lowest, on the way up', (t) => {
  t.is(readOff([step(100, 3), step(200, 1), step(300, 1.9), step(400, 2.1)], 5).knee, 400)
  t.is(readOff([step(100, 1), step(200, 1.2)], 5).knee, null)
})

test('steps without a p99 tell nothing', (t) => {
  t.deepEqual(readOff([step(100, null), step(200, 9)], 5), { highestRate: null, knee: null })
  t.deepEqual(readOff([], 5), { highestRate: null, knee: null })
})

test('a ladder ends at the first rate that the server does not keep up with', async (t) => {
  // One call at a time, 2 ms each: 500 calls/s and no more.
  let turn = Promise.resolve()
  const call = () => {
    turn = turn.then(() => new Promise((resolve) => setTimeout(resolve, 2)))
    return turn.then(() => true)
  }
  const random = new Random(1)
  const ladder = await climb(call, {
    ...{ name: 'slow', label: 'slow', rowsPerCall: 1, capacity: 5000, milliseconds: 60, calls: 1 },
    random: () => random.next(),
    onStep: () => {},
  })
  t.true(ladder.steps.length < 8)
  t.false(ladder.steps.at(-1)!.keepsUp)
})

test('a rate at which calls fail is not kept up with', async (t) => {
  let calls = 0
  const random = new Random(1)
  const told: number[] = []
  const ladder = await climb(async () => ++calls % 10 > 0, {
    ...{ name: 'x', label: 'x', rowsPerCall: 1, capacity: 1000, milliseconds: 100, calls: 1 },
    random: () => random.next(),
    onStep: () => {},
    onLatencies: ({ samples }) => told.push(samples),
  })
  t.is(ladder.steps.length, 1)
  t.false(ladder.steps[0].keepsUp)
  t.is(told.length, 1)
})
