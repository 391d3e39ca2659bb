import test from 'ava'
import { answerTo, fakeServer } from './_fake-queue.js'

test('a withdrawn row leaves the buffer', async (t) => {
  const { infer, requests } = fakeServer({ batch: 3, maxDelayMs: 20 })
  const controller = new AbortController()
  const withdrawn = infer(1, [1, 1], controller.signal)
  const other = infer(2, [2, 2])
  controller.abort(new Error('enough'))
  await t.throwsAsync(withdrawn, { message: 'enough' })
  t.deepEqual(await other, answerTo(2, [2, 2]))
  t.deepEqual(requests, [1])
  await t.throwsAsync(infer(1, [1, 1], AbortSignal.abort(new Error('before'))), {
    message: 'before',
  })
})

test('a request is aborted when nobody waits for it any more, and not before', async (t) => {
  let aborted = 0
  let answer = () => {}
  const { infer } = fakeServer({
    batch: 2,
    before: (_, cancellation) =>
      new Promise<void>((resolve, reject) => {
        answer = resolve
        cancellation.listen((reason) => {
          aborted += 1
          reject(reason)
        })
      }),
  })
  const [first, second, third] = [1, 2, 3].map(() => new AbortController())
  const rows = [infer(1, [1, 1], first.signal), infer(2, [2, 2], second.signal)]
  await new Promise(setImmediate)
  first.abort(new Error('first'))
  await t.throwsAsync(rows[0], { message: 'first' })
  answer()
  t.deepEqual(await rows[1], answerTo(2, [2, 2]))
  t.is(aborted, 0)
  const both = [infer(1, [1, 1], second.signal), infer(3, [3, 3], third.signal)]
  await new Promise(setImmediate)
  second.abort(new Error('second'))
  third.abort(new Error('third'))
  await Promise.all(both.map((row) => t.throwsAsync(row)))
  t.is(aborted, 1)
})

test('abort rejects everything, queued and in flight, with its reason', async (t) => {
  const { queue, infer } = fakeServer({
    batch: 2,
    maxDelayMs: 60_000,
    before: (_, cancellation) => new Promise((_resolve, reject) => cancellation.listen(reject)),
  })
  const rows = [1, 2, 3].map((n) => infer(n, [n, n]))
  const flushed = queue.flush()
  queue.abort(new Error('closed'))
  for (const row of rows) await t.throwsAsync(row, { message: 'closed' })
  await flushed
})

test('the arrays of a tick that has failed are left alone from then on', async (t) => {
  let answer = () => {}
  const { queue } = fakeServer({
    batch: 2,
    concurrency: 2,
    before: ({ genome }) =>
      new Promise<void>((resolve, reject) => {
        if (genome.includes(20)) reject(new Error('fails'))
        else answer = resolve
      }),
  })
  const outputs = new Float32Array(12)
  const genome = Uint32Array.of(20, 20, 1, 1)
  await t.throwsAsync(queue.push(genome, new Float32Array(8), outputs, 4, true), {
    message: 'fails',
  })
  answer()
  await queue.flush()
  t.deepEqual(outputs, new Float32Array(12))
})
