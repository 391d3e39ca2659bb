import test from 'ava'
import fc from 'fast-check'
import { AdaptiveBatch } from '#src/brain/adaptive-batch.js'
import type { RowBatch } from '#src/brain/protocol.js'
import { NeatronError } from '#src/errors.js'
import { answerTo, fakeServer } from './_fake-queue.js'

/** Refuses requests of more than `most` rows for their size. */
const atMost =
  (most: number) =>
  async ({ rows }: RowBatch): Promise<void> => {
    if (rows > most) throw new NeatronError('REQUEST_TOO_LARGE', '413')
  }

test('a request that is too large is asked again in halves, rows and ticks alike', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 64 }),
      async (blocks, most, batch) => {
        const { queue, requests } = fakeServer({ batch, maxDelayMs: 0, before: atMost(most) })
        const asked = blocks.map(async (rows, block) => {
          const genome = Uint32Array.from({ length: rows }, (_, row) => block + row)
          const inputs = Float32Array.from({ length: rows * 2 }, (_, at) => at - block)
          const outputs = new Float32Array(rows * 3)
          await queue.push(genome, inputs, outputs, rows, rows > 1)
          const expected = [...genome].flatMap((each, row) =>
            answerTo(each, inputs.subarray(row * 2, row * 2 + 2)),
          )
          t.deepEqual([...outputs], expected)
        })
        await Promise.all(asked)
        const answered = requests.filter((rows) => rows <= most)
        const rows = blocks.reduce((sum, each) => sum + each, 0)
        t.is(
          answered.reduce((sum, each) => sum + each, 0),
          rows,
        )
      },
    ),
    { numRuns: 100 },
  )
})

test('a single row that is too large is an error, its own', async (t) => {
  const { infer, requests } = fakeServer({ batch: 2, before: atMost(0) })
  const rows = await Promise.allSettled([infer(1, [1, 1]), infer(2, [2, 2])])
  const errors = rows.map((row) => (row as PromiseRejectedResult).reason)
  t.deepEqual(
    errors.map(({ code }) => code),
    ['REQUEST_TOO_LARGE', 'REQUEST_TOO_LARGE'],
  )
  t.not(errors[0], errors[1])
  t.deepEqual(requests, [2, 1, 1])
})

test('an adaptive size grows up to what the server takes, and then is not refused again', async (t) => {
  const { queue, requests } = fakeServer({ batchSize: new AdaptiveBatch(), before: atMost(50) })
  const rows = 4000
  for (let tick = 0; tick < 4; tick++) {
    await queue.push(
      new Uint32Array(rows),
      new Float32Array(rows * 2),
      new Float32Array(rows * 3),
      rows,
      true,
    )
  }
  t.is(requests.filter((sent) => sent > 50).length, 1)
})

test('with an adaptive size rows wait for their turn of the event loop and for nothing else', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 3 }),
      async (turns, concurrency) => {
        const { infer, requests } = fakeServer({
          batchSize: new AdaptiveBatch(),
          maxDelayMs: 0,
          concurrency,
        })
        let asked = 0
        for (const rows of turns) {
          const genome = asked
          const row = async () => t.deepEqual(await infer(genome, [2, 3]), answerTo(genome, [2, 3]))
          asked += rows
          const all = Promise.all(Array.from({ length: rows }, row))
          // No timer has run by then: a turn to be gathered in for each request of at least 8 rows.
          let answered = false
          all.then(() => {
            answered = true
          })
          for (let turn = 0; turn < 8 && !answered; turn++) await new Promise(setImmediate)
          t.true(answered)
        }
        t.is(
          requests.reduce((sum, each) => sum + each, 0),
          asked,
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('when the server goes while halves are asked, the other half is not asked any more', async (t) => {
  const { queue, requests, infer } = fakeServer({
    batch: 4,
    before: async ({ rows }) => {
      if (rows === 4) throw new NeatronError('REQUEST_TOO_LARGE', '413')
      throw new NeatronError('SERVER_UNREACHABLE', 'gone')
    },
  })
  const rows = await Promise.allSettled([1, 2, 3, 4, 5].map((genome) => infer(genome, [1, 2])))
  for (const row of rows)
    t.like(row, { status: 'rejected', reason: { code: 'SERVER_UNREACHABLE' } })
  t.deepEqual(requests, [4, 2])
  await queue.flush()
})
