import test from 'ava'
import fc from 'fast-check'
import { AdaptiveBatch } from '#src/brain/adaptive-batch.js'
import { Random } from '#src/neat/random.js'

/** Milliseconds of a request of so many rows. */
type Server = (rows: number) => number

/** A fixed cost for each request and for each row; rows beyond `limit` cost `beyond` more each. */
const server =
  ({ request = 1, row = 0.01, limit = Number.POSITIVE_INFINITY, beyond = 0 }): Server =>
  (rows) =>
    request + row * rows + beyond * Math.max(0, rows - limit)

/** As many rows as fit are always there: `requests` full ones are answered. */
function saturate(batch: AdaptiveBatch, requests: number, ms: Server): void {
  for (let i = 0; i < requests; i++) batch.answered(batch.rows, ms(batch.rows))
}

/** Ticks of `rows` rows in lockstep, each in as many requests as it needs; gives the mean ms of a tick. */
function tick(
  batch: { rows: number; answered?: AdaptiveBatch['answered'] },
  rows: number,
  ticks: number,
  ms: Server,
): number {
  let total = 0
  for (let i = 0; i < ticks; i++) {
    for (let left = rows; left > 0; ) {
      const sent = Math.min(left, batch.rows)
      const took = ms(sent)
      batch.answered?.(sent, took)
      total += took
      left -= sent
    }
  }
  return total / ticks
}

const SIZES = Array.from({ length: 14 }, (_, power) => 2 ** power)

/** The least that a row can cost by a size that is a power of two. */
const cheapest = (ms: Server) => Math.min(...SIZES.map((rows) => ms(rows) / rows))

/** The size of most of the next 500 requests: it may be looking around just now. */
function usualSize(batch: AdaptiveBatch, ms: Server): number {
  const requests = new Map<number, number>()
  for (let i = 0; i < 500; i++) {
    requests.set(batch.rows, (requests.get(batch.rows) ?? 0) + 1)
    batch.answered(batch.rows, ms(batch.rows))
  }
  return [...requests].reduce((most, each) => (each[1] > most[1] ? each : most))[0]
}

const servers = fc.record({
  request: fc.double({ min: 0.01, max: 10, noNaN: true }),
  row: fc.double({ min: 0.0001, max: 1, noNaN: true }),
  limit: fc.integer({ min: 1, max: 10_000 }),
  beyond: fc.double({ min: 0, max: 10, noNaN: true }),
})

// It stops where twice the rows gain less than 5 %: by then all that is left to gain is a ninth.
const NEAR = 10 / 9 + 0.01

test('grows while a row becomes cheaper, and settles where it no longer does', (t) => {
  const batch = new AdaptiveBatch()
  saturate(batch, 200, server({ row: 0, limit: 64, beyond: 1 }))
  t.is(batch.rows, 64)
})

test('one request in five that is answered far too fast does not mislead it', (t) => {
  const batch = new AdaptiveBatch()
  const ms = server({ row: 0, limit: 64, beyond: 1 })
  let request = 0
  saturate(batch, 200, (rows) => ms(rows) / (rows > 64 && request++ % 5 === 0 ? 1000 : 1))
  t.is(batch.rows, 64)
})

test('does not grow beyond its bound', (t) => {
  const batch = new AdaptiveBatch()
  saturate(batch, 500, () => 1)
  t.is(batch.rows, 8192)
})

test('shrinks to single rows where a request costs no more than its rows', (t) => {
  const batch = new AdaptiveBatch()
  saturate(batch, 200, (rows) => rows)
  t.is(batch.rows, 1)
})

test('whatever a request and a row cost, a row comes within a ninth of the cheapest', (t) => {
  fc.assert(
    fc.property(servers, (costs) => {
      const batch = new AdaptiveBatch()
      const ms = server(costs)
      saturate(batch, 250, ms)
      t.true(ms(batch.rows) / batch.rows <= cheapest(ms) * NEAR)
    }),
    { numRuns: 1000 },
  )
})

test('with every fourth request a hiccup, and 5 % of noise, a row comes within a third of the cheapest', (t) => {
  fc.assert(
    fc.property(servers, fc.nat(), (costs, seed) => {
      const random = new Random(seed)
      const batch = new AdaptiveBatch()
      const ms = server(costs)
      let request = 0
      const noisy: Server = (rows) =>
        ms(rows) * (1 + 0.1 * (random.next() - 0.5)) * (request++ % 4 === 0 ? 20 : 1)
      saturate(batch, 250, noisy)
      const usual = usualSize(batch, noisy)
      t.true(ms(usual) / usual <= (cheapest(ms) * 4) / 3)
    }),
    { numRuns: 300 },
  )
})

test('a tick in lockstep takes at most an eighth longer than by the best fixed size', (t) => {
  fc.assert(
    fc.property(servers, fc.integer({ min: 1, max: 5000 }), (costs, rows) => {
      const ms = server({ ...costs, beyond: 0 })
      const batch = new AdaptiveBatch()
      tick(batch, rows, 200, ms)
      const best = Math.min(...SIZES.map((size) => tick({ rows: size }, rows, 1, ms)))
      t.true(tick(batch, rows, 100, ms) <= best * 1.125)
    }),
    { numRuns: 300 },
  )
})

test('when the server changes, it settles near the new best, from anywhere', (t) => {
  fc.assert(
    fc.property(servers, servers, fc.nat({ max: 2000 }), (before, after, requests) => {
      const batch = new AdaptiveBatch()
      saturate(batch, requests, server(before))
      const ms = server(after)
      // At most a rest, and a search over all sizes.
      saturate(batch, 1000 + 250, ms)
      const usual = usualSize(batch, ms)
      t.true(ms(usual) / usual <= cheapest(ms) * NEAR)
    }),
    { numRuns: 300 },
  )
})

test('a change by a quarter is noticed within 25 requests', (t) => {
  const batch = new AdaptiveBatch()
  saturate(batch, 200, server({ row: 0, limit: 64, beyond: 1 }))
  t.is(batch.rows, 64)
  saturate(batch, 25 + 50, server({ request: 2, row: 0, limit: 16, beyond: 1 }))
  t.is(batch.rows, 16)
})

test('where too few rows come to fill twice the best size, it takes all that come', (t) => {
  const batch = new AdaptiveBatch()
  tick(batch, 150, 200, server({ row: 0.01 }))
  t.true(batch.rows >= 150)
})

test('but not if they are much dearer together', (t) => {
  const batch = new AdaptiveBatch()
  const ms = server({ row: 0.01, limit: 128, beyond: 1 })
  tick(batch, 150, 200, ms)
  t.is(batch.rows, 128)
})

test('a size that the server refuses is not asked again', (t) => {
  const batch = new AdaptiveBatch()
  const most = 100
  for (let i = 0; i < 5000; i++) {
    if (batch.rows > most) batch.tooLarge(batch.rows)
    else batch.answered(batch.rows, 1)
    if (i > 200) t.true(batch.rows <= most)
  }
  t.is(batch.rows, 64)
})

test('not even one of two rows', (t) => {
  const batch = new AdaptiveBatch()
  for (let rows = 2; rows > 1; rows = batch.rows) batch.tooLarge(rows)
  t.is(batch.rows, 1)
  saturate(batch, 3000, () => 1)
  t.is(batch.rows, 1)
})
