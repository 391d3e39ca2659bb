import { getEventListeners, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { NeatBrain } from '#src/brain/neat-brain.js'
import { Genome } from '#src/genome/genome.js'
import { fakeServer } from './_fake-queue.js'
import { faultyServer, json, loadedOnFaulty, zeros } from './_faulty-server.js'

const enough = new Error('enough')

test('aborted before: nothing is asked, or counted', async (t) => {
  const { brain, inferences } = await loadedOnFaulty(t, (response, received) =>
    json(response, zeros(received)),
  )
  const row = brain.infer([1, 2], 0, { signal: AbortSignal.abort(enough) })
  await t.throwsAsync(row, { is: enough })
  t.is(inferences(), 0)
  t.is(brain.stats().rows, 0)
})

test('aborted in the buffer: the row is not sent, those beside it are', async (t) => {
  const { brain, received } = await loadedOnFaulty(
    t,
    (response, one) => json(response, zeros(one)),
    { batch: 4, maxDelayMs: 60_000 },
  )
  const abort = new AbortController()
  const withdrawn = brain.infer([1, 2], 0, { signal: abort.signal })
  const others = [3, 4].map((n) => brain.infer([n, n]))
  abort.abort(enough)
  await t.throwsAsync(withdrawn, { is: enough })
  await brain.flush()
  await Promise.all(others)
  const [{ body }] = received.filter(({ path }) => path === '/infer')
  t.deepEqual(JSON.parse(body).inputs, [
    [3, 3],
    [4, 4],
  ])
  t.like(brain.stats(), { rows: 3, inferCount: 2, requests: 1 })
})

test('aborted in flight: the server sees the connection close, and the next row is answered', async (t) => {
  let gone: Promise<unknown> | undefined
  const { brain } = await loadedOnFaulty(t, (response, received, nth) => {
    if (nth === 0) gone = once(response, 'close')
    else json(response, zeros(received))
  })
  const abort = new AbortController()
  const row = brain.infer([1, 2], 0, { signal: abort.signal })
  while (gone === undefined) await sleep(1)
  abort.abort(enough)
  await t.throwsAsync(row, { is: enough })
  await gone
  t.deepEqual(await brain.infer([3, 4]), new Float32Array(1))
  t.like(brain.stats(), { rows: 2, inferCount: 1, requests: 2, retries: 0 })
})

test('aborted while the answer comes in: the server sees the connection close', async (t) => {
  let gone: Promise<unknown> | undefined
  const { brain } = await loadedOnFaulty(t, (response) => {
    response.writeHead(200).write('{"outputs":')
    gone = once(response, 'close')
  })
  const abort = new AbortController()
  const row = brain.infer([1, 2], 0, { signal: abort.signal })
  while (gone === undefined) await sleep(1)
  await sleep(20)
  abort.abort(enough)
  await t.throwsAsync(row, { is: enough })
  await gone
  t.pass()
})

test("the brain's signal closes the connections of a tick's requests", async (t) => {
  const gone: Promise<unknown>[] = []
  const abort = new AbortController()
  const { brain } = await loadedOnFaulty(t, (response) => gone.push(once(response, 'close')), {
    concurrency: 3,
    signal: abort.signal,
  })
  const tick = brain.feedForwardRows(
    new Uint32Array(9),
    new Float32Array(18),
    new Float32Array(9),
    9,
  )
  while (gone.length < 3) await sleep(1)
  abort.abort(enough)
  await t.throwsAsync(async () => tick, { is: enough })
  await Promise.all(gone)
  t.is(gone.length, 3)
})

test('aborted while the shape of a model is learned: thrown at once, and the other row goes on', async (t) => {
  const server = await faultyServer(t, (response, received) => json(response, zeros(received)))
  let answer = () => {}
  server.onOther((response) => {
    const inputs = [{ name: 'inputs', shape: [-1, 2] }]
    const outputs = [{ name: 'outputs', shape: [-1, 1] }]
    answer = () => json(response, { inputs, outputs })
  })
  const brain = NeatBrain.remote({ url: server.url, model: 'm' })
  t.teardown(() => brain.close())
  const abort = new AbortController()
  const row = brain.infer([1, 2], 0, { signal: abort.signal })
  const other = brain.infer([1, 2])
  while (server.received.length === 0) await sleep(1)
  abort.abort(enough)
  await t.throwsAsync(row, { is: enough })
  answer()
  t.deepEqual(await other, new Float32Array(1))
})

test('a signal that 10,000 rows share has one listener, and none when they are answered', async (t) => {
  const { infer } = fakeServer({ batch: 64, maxDelayMs: 0 })
  const abort = new AbortController()
  const listeners = () => getEventListeners(abort.signal, 'abort').length
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  for (let wave = 0; wave < 10; wave++) {
    const rows = Array.from({ length: 1000 }, (_, n) => infer(1, [n, wave], abort.signal))
    t.is(listeners(), 1)
    await Promise.all(rows)
    t.is(listeners(), 0)
  }
  await new Promise(setImmediate)
  process.off('warning', onWarning)
  t.deepEqual(warnings, [])
})

test('a signal that aborts 10,000 rows rejects each, and keeps no listener', async (t) => {
  const { queue, infer, requests } = fakeServer({ batch: 20_000, maxDelayMs: 60_000 })
  const abort = new AbortController()
  const rows = Array.from({ length: 10_000 }, (_, n) => infer(1, [n, n], abort.signal))
  abort.abort(enough)
  const settled = await Promise.allSettled(rows)
  t.true(settled.every((row) => row.status === 'rejected' && row.reason === enough))
  t.is(getEventListeners(abort.signal, 'abort').length, 0)
  t.is(requests.length, 0)
  await queue.flush()
})

test('many brains share a signal without a warning, and closing them takes their listener away', async (t) => {
  const abort = new AbortController()
  const options = { url: 'http://127.0.0.1:1', signal: abort.signal }
  const brains = Array.from({ length: 30 }, () => NeatBrain.remote(options))
  t.is(getEventListeners(abort.signal, 'abort').length, 1)
  await Promise.all(brains.map((brain) => brain.close()))
  t.is(getEventListeners(abort.signal, 'abort').length, 0)
})

test('a recurrent genome goes on from its state before a row that was aborted', async (t) => {
  const recurrent = Genome.fromJSON({
    ...Genome.random({ inputs: 2, outputs: 1, seed: 1 }).toJSON(),
    recurrent: true,
  })
  let hang = false
  const { brain } = await loadedOnFaulty(t, (response, { body }) => {
    if (hang) return
    // The next state is the one before and 1.
    const outputs = JSON.parse(body).inputs.map((row: number[]) => row.slice(2).map((x) => x + 1))
    json(response, { outputs })
  })
  await brain.load([recurrent])
  t.deepEqual(await brain.infer([0, 0]), Float32Array.of(1))
  hang = true
  const abort = new AbortController()
  const row = brain.infer([0, 0], 0, { signal: abort.signal })
  abort.abort(enough)
  await t.throwsAsync(row, { is: enough })
  hang = false
  t.deepEqual(await brain.infer([0, 0]), Float32Array.of(2))
})
