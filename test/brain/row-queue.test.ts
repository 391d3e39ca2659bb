import test from 'ava'
import fc from 'fast-check'
import type { RowBatch } from '#src/brain/protocol.js'
import { NeatronError } from '#src/errors.js'
import { answerTo, fakeServer } from './_fake-queue.js'

test('every row gets its own answer, however rows and ticks interleave', async (t) => {
  const row = fc.tuple(
    fc.integer({ min: 0, max: 50 }),
    fc.integer({ min: -100, max: 100 }),
    fc.integer({ min: -100, max: 100 }),
  )
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        rows: fc.array(row, { minLength: 1, maxLength: 1 }),
        tick: fc.constant(false),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        rows: fc.array(row, { minLength: 1, maxLength: 20 }),
        tick: fc.constant(true),
      }),
    },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.nat({ max: 3 })), { maxLength: 40 }),
      fc.record({
        batch: fc.integer({ min: 1, max: 9 }),
        maxDelayMs: fc.constantFrom(0, 1),
        concurrency: fc.integer({ min: 1, max: 4 }),
      }),
      fc.infiniteStream(fc.nat({ max: 3 })),
      async (steps, options, delays) => {
        const before = async () => {
          const turns = delays.next().value
          for (let i = 0; i < turns; i++) await new Promise(setImmediate)
        }
        const { queue, requests, mostInFlight } = fakeServer({ ...options, before })
        const asked: Promise<boolean>[] = []
        for (const [{ rows, tick }, pause] of steps) {
          const outputs = new Float32Array(rows.length * 3)
          const genome = Uint32Array.from(rows, ([each]) => each)
          const inputs = Float32Array.from(rows.flatMap(([, a, b]) => [a, b]))
          const expected = rows.flatMap(([each, a, b]) => answerTo(each, [a, b]))
          asked.push(
            queue
              .push(genome, inputs, outputs, rows.length, tick)
              .then(() => outputs.every((value, i) => value === Math.fround(expected[i]))),
          )
          for (let i = 0; i < pause; i++) await new Promise(setImmediate)
        }
        const right = await Promise.all(asked)
        t.true(right.every(Boolean))
        const rows = steps.reduce((sum, [each]) => sum + each.rows.length, 0)
        t.is(
          requests.reduce((sum, each) => sum + each, 0),
          rows,
        )
        t.true(requests.every((each) => each >= 1 && each <= options.batch))
        t.true(mostInFlight() <= options.concurrency)
      },
    ),
    { numRuns: 60 },
  )
})

test('whatever fails or is withdrawn, every row settles once, rightly, and the queue goes on', async (t) => {
  const row = fc.record({
    genome: fc.nat({ max: 20 }),
    pause: fc.nat({ max: 2 }),
    /** Turns of the event loop after which it is withdrawn, if at all. */
    withdraw: fc.option(fc.nat({ max: 4 }), { nil: undefined }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 40 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      async (rows, batch, concurrency) => {
        const turns = async (count: number) => {
          for (let i = 0; i < count; i++) await new Promise(setImmediate)
        }
        // Genome 20 fails every request that carries it, genome 19 overflows.
        const before = async ({ genome }: RowBatch) => {
          await turns(genome[0] % 4)
          if (genome.includes(20)) throw new NeatronError('SERVER_ERROR', 'fails')
          if (genome.includes(19)) throw new NeatronError('OUTPUT_NOT_FINITE', 'overflows')
        }
        const { queue, infer } = fakeServer({ batch, concurrency, maxDelayMs: 0, before })
        const settled: Promise<string>[] = []
        for (const { genome, pause, withdraw } of rows) {
          const controller = new AbortController()
          if (withdraw !== undefined) turns(withdraw).then(() => controller.abort('withdrawn'))
          const answered = infer(genome, [3, 4], controller.signal).then(
            (answer) => (answer.join() === answerTo(genome, [3, 4]).join() ? 'right' : 'wrong'),
            (error) => (error === 'withdrawn' ? error : error.code),
          )
          settled.push(answered)
          await turns(pause)
        }
        const outcomes = await Promise.all(settled)
        outcomes.forEach((outcome, i) => {
          const { genome, withdraw } = rows[i]
          // Rows may fail with genome 20 when they travel with it; none is answered wrongly.
          const possible = ['SERVER_ERROR']
          if (genome < 19) possible.push('right')
          if (genome === 19) possible.push('OUTPUT_NOT_FINITE')
          if (withdraw !== undefined) possible.push('withdrawn')
          if (!possible.includes(outcome)) t.fail(`genome ${genome}: ${outcome}`)
        })
        await queue.flush()
        t.deepEqual(await infer(1, [5, 6]), answerTo(1, [5, 6]))
      },
    ),
    { numRuns: 150 },
  )
})

test('a tick makes as many requests as its rows need, one in flight', async (t) => {
  const { queue, requests, mostInFlight } = fakeServer({ batch: 8, maxDelayMs: 60_000 })
  await queue.push(new Uint32Array(21), new Float32Array(42), new Float32Array(63), 21, true)
  t.deepEqual(requests, [8, 8, 5])
  t.is(mostInFlight(), 1)
})

test('a full request leaves at once, the rest after the delay', async (t) => {
  const { requests, infer } = fakeServer({ batch: 3, maxDelayMs: 500 })
  const all = [1, 2, 3, 4].map((n) => infer(n, [n, n]))
  await all[2]
  t.deepEqual(requests, [3])
  t.deepEqual(await all[3], answerTo(4, [4, 4]))
  t.deepEqual(requests, [3, 1])
})

test('without delay, rows of one turn of the event loop travel together', async (t) => {
  const { requests, infer } = fakeServer({ batch: 100, maxDelayMs: 0 })
  await Promise.all([1, 2, 3].map((n) => infer(n, [n, n])))
  await infer(4, [4, 4])
  t.deepEqual(requests, [3, 1])
})

test('flush sends what is buffered and waits for its answers', async (t) => {
  const { queue, requests, infer } = fakeServer({ batch: 100, maxDelayMs: 60_000 })
  await queue.flush()
  let answered = 0
  for (const n of [1, 2]) infer(n, [n, n]).then(() => answered++)
  await queue.flush()
  t.is(answered, 2)
  t.deepEqual(requests, [2])
})

test('a tick takes the rows with it that wait for others', async (t) => {
  const { queue, requests, infer } = fakeServer({ batch: 8, maxDelayMs: 60_000 })
  const single = infer(1, [1, 1])
  await queue.push(new Uint32Array(3), new Float32Array(6), new Float32Array(9), 3, true)
  t.deepEqual(await single, answerTo(1, [1, 1]))
  t.deepEqual(requests, [4])
})

test('a row that overflows fails alone, and each error is its own', async (t) => {
  const { infer, requests } = fakeServer({
    batch: 8,
    maxDelayMs: 60_000,
    before: async (rows) => {
      if (rows.genome.includes(5)) throw new NeatronError('OUTPUT_NOT_FINITE', 'overflow')
    },
  })
  const results = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7, 8].map((n) => infer(n, [n, n])))
  t.deepEqual(
    results.map(({ status }) => status === 'rejected'),
    [false, false, false, false, true, false, false, false],
  )
  t.deepEqual(requests, [8, 4, 4, 2, 1, 1, 2])
})

test('rows that fail together are each rejected with an error of their own', async (t) => {
  const { infer } = fakeServer({
    batch: 3,
    before: async () => {
      throw new NeatronError('SERVER_ERROR', 'no')
    },
  })
  const results = await Promise.allSettled([1, 2, 3].map((n) => infer(n, [n, n])))
  const errors = results.map((result) => (result as PromiseRejectedResult).reason)
  t.is(new Set(errors).size, 3)
  t.true(errors.every((error) => error instanceof NeatronError && error.code === 'SERVER_ERROR'))
})

test('when the server is gone, what waits is rejected at once', async (t) => {
  const { queue, infer, requests } = fakeServer({
    batch: 1,
    before: async () => {
      throw new NeatronError('SERVER_UNREACHABLE', 'gone')
    },
  })
  const results = await Promise.allSettled(Array.from({ length: 100 }, (_, n) => infer(n, [n, n])))
  t.true(results.every(({ status }) => status === 'rejected'))
  t.is(requests.length, 1)
  await queue.flush()
})

test('after a failed request the rest of its tick is not sent, and the queue goes on', async (t) => {
  let fail = true
  const { queue, infer, requests } = fakeServer({
    batch: 4,
    before: async () => {
      if (fail) throw new NeatronError('SERVER_ERROR', 'no')
    },
  })
  const tick = queue.push(new Uint32Array(20), new Float32Array(40), new Float32Array(60), 20, true)
  await t.throwsAsync(tick, { code: 'SERVER_ERROR' })
  t.deepEqual(requests, [4])
  fail = false
  t.deepEqual(await infer(2, [3, 4]), answerTo(2, [3, 4]))
})
