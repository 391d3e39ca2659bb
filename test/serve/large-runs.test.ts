import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import test, { type ExecutionContext } from 'ava'
import { Genome } from '#src/genome/genome.js'
import { exportOnnx } from '#src/onnx/export.js'
import { loadRuntime } from '#src/onnx/runtime.js'
import { scanModel } from '#src/onnx/scan.js'
import { ByteBudget } from '#src/serve/byte-budget.js'
import { Entrance } from '#src/serve/entrance.js'
import { Lane } from '#src/serve/lane.js'
import { LARGE_BYTES, LARGE_MS, LARGE_NODES } from '#src/serve/large.js'
import { Model } from '#src/serve/model.js'
import { ModelThread, ThreadCrash } from '#src/serve/model-thread.js'
import { Scheduler, type SchedulerOptions } from '#src/serve/scheduler.js'
import { SessionCache } from '#src/serve/session-cache.js'
import { isAnswer, smallGenome, someRows } from './harness.js'

const genome = smallGenome()
const options: SchedulerOptions = {
  batching: true,
  maxBatch: 64,
  maxQueue: 64,
  maxQueueDelayUs: 0,
  timeoutMs: 10_000,
}

async function scheduling(
  t: ExecutionContext,
  own: Partial<SchedulerOptions> = {},
  maxBytes = 2 ** 30,
) {
  const sessions = new SessionCache(maxBytes)
  const budget = new ByteBudget(2 ** 30)
  const scheduler = new Scheduler(
    { ...options, ...own },
    await loadRuntime(),
    sessions,
    budget,
    new Entrance(),
  )
  const thread = new ModelThread(sessions)
  t.teardown(() => thread.close())
  /** Opens a model whose runs are taken for short, however busy the machine. */
  const open = async (name: string, bytes = exportOnnx(genome), nobodyWaits = false) => {
    const request = { version: '1', bytes }
    const model = await Model.open(name, request, thread, new Lane(), nobodyWaits)
    for (const rows of [1, 2, 4, 8, 16, 32, 64]) model.runTimes.add(rows, 0.01)
    if (!model.livesAway) sessions.touch(model)
    return model
  }
  /** Asks for `count` rows, and says whether the answer is right. */
  const ask = async (model: Model, count: number) => {
    const rows = someRows(count)
    const { outputs, rows: answered } = await scheduler.submit(
      model,
      [Float32Array.from(rows.flat())],
      count,
      () => false,
    )
    const [values] = outputs
    const found = rows.map((_, row) => values.subarray(row * 2, row * 2 + 2))
    const expected = rows.map((row) => genome.feedForward(row))
    return answered === count && isAnswer(found, expected)
  }
  return { sessions, budget, open, ask }
}

/** A model that is large by its bytes. */
const largeModel = exportOnnx(genome, { ids: ['x'.repeat(LARGE_BYTES)] })

/** Has a model taken for one whose runs of `rows` rows and more take a second. */
function makeSlow(model: Model, rows: number): void {
  for (let size = rows; size <= options.maxBatch; size *= 2) {
    for (let times = 0; times < 100; times += 1) model.runTimes.add(size, 1000)
  }
}

test.serial('large runs happen on a thread of their own, with a session that counts', async (t) => {
  const { sessions, budget, open, ask } = await scheduling(t)
  const model = await open('m')
  makeSlow(model, 32)
  t.true(await ask(model, 8))
  t.false(model.away.isOpen)
  t.is(sessions.size, 1)
  const before = sessions.bytes
  t.true(await ask(model, 40))
  t.true(model.away.isOpen)
  t.is(sessions.size, 2)
  t.is(sessions.bytes, 2 * before)
  t.true(await ask(model, 8))
  t.is(budget.used, 0)
  await sessions.retire(model)
  t.is(sessions.size, 0)
  t.is(sessions.bytes, 0)
  t.false(model.away.isOpen)
})

test.serial(
  'while a large run is under way, others go on, also those of the same model',
  async (t) => {
    const { open, ask } = await scheduling(t)
    const [slow, quick] = [await open('slow'), await open('quick')]
    makeSlow(slow, 32)
    const order: string[] = []
    const asked = async (name: string, model: Model, count: number) => {
      t.true(await ask(model, count))
      order.push(name)
    }
    t.true(await ask(quick, 64))
    t.true(await ask(slow, 2))
    // Starting the thread alone takes longer than many small runs.
    const large = asked('large', slow, 64)
    await asked('quick', quick, 64)
    await asked('small', slow, 2)
    await large
    t.deepEqual(order, ['quick', 'small', 'large'])
  },
)

test.serial('a request longer than a run may be answered by both threads', async (t) => {
  const { open, ask } = await scheduling(t)
  const model = await open('m')
  makeSlow(model, 64)
  t.deepEqual(await Promise.all([ask(model, 150), ask(model, 64), ask(model, 1)]), [
    true,
    true,
    true,
  ])
})

test.serial('the session on the thread is given up for others, and opened again', async (t) => {
  const { sessions, open, ask } = await scheduling(t, {}, 1)
  const [a, b] = [await open('a'), await open('b')]
  makeSlow(a, 64)
  makeSlow(b, 64)
  for (const model of [a, b, a]) {
    t.true(await ask(model, 64))
    t.is(sessions.size, 1)
    t.true(model.away.isOpen)
  }
  t.false(b.away.isOpen)
})

test.serial(
  'when the thread ends, its run fails with 500, and the next has a new thread',
  async (t) => {
    const { sessions, budget, open, ask } = await scheduling(t)
    const model = await open('m')
    makeSlow(model, 64)
    const started = once(process, 'worker')
    const lost = t.throwsAsync(ask(model, 64), { code: 'INTERNAL' })
    const [thread] = (await started) as [Worker]
    await thread.terminate()
    await lost
    t.is(model.pending, 0)
    t.is(budget.used, 0)
    t.is(sessions.size, 1)
    t.true(await ask(model, 64))
  },
)

test.serial(
  'when the thread ends, what it was to do fails, and what is next has a new thread',
  async (t) => {
    const { sessions, budget, open, ask } = await scheduling(t)
    const started = once(process, 'worker')
    const model = await open('m', largeModel)
    const [thread] = (await started) as [Worker]
    t.true(model.livesAway)
    t.true(model.away.isOpen)
    // It has nothing to do now: to end it within ONNX Runtime would end the process.
    const ended = thread.terminate()
    const lost = t.throwsAsync(ask(model, 1), { code: 'INTERNAL' })
    const other = t.throwsAsync(open('other', largeModel), { instanceOf: ThreadCrash })
    const next = ask(model, 2)
    await Promise.all([ended, lost, other])
    t.true(await next)
    t.is(model.pending, 0)
    t.is(budget.used, 0)
    t.true(model.away.isOpen)
    t.is(sessions.size, 1)
    t.is(sessions.bytes, model.sessionBytes)
  },
)

test.serial(
  'the first run of a size goes to the thread if it is large in proportion',
  async (t) => {
    const { open, ask } = await scheduling(t, { maxBatch: 256 })
    const model = await open('m')
    t.true(await ask(model, 200))
    t.false(model.away.isOpen)
    const other = await open('other')
    for (let times = 0; times < 60; times += 1) other.runTimes.add(64, 0.5 * LARGE_MS)
    t.true(await ask(other, 100))
    t.false(other.away.isOpen)
    t.true(await ask(other, 200))
    t.true(other.away.isOpen)
  },
)

test.serial('models of both kinds make room for each other', async (t) => {
  const { sessions, open, ask } = await scheduling(t, {}, 1)
  const small = await open('small')
  const [a, b] = [await open('a', largeModel), await open('b', largeModel)]
  for (const model of [a, small, b, a, small, small, b]) {
    t.true(await ask(model, 2))
    t.is(sessions.size, 1)
    t.is(sessions.bytes, model.sessionBytes)
  }
  const all = [a, b, small, a, small, b].map((model) => ask(model, 2))
  t.false((await Promise.all(all)).includes(false))
  for (const model of [small, a, b]) await sessions.retire(model)
  t.is(sessions.size, 0)
  t.is(sessions.bytes, 0)
})

test.serial('many nodes run here if nobody waited, until they made room for others', async (t) => {
  const { sessions, open, ask } = await scheduling(t, {}, 1)
  const shape = { inputs: genome.inputSize, outputs: genome.outputSize }
  const many = Genome.random({ ...shape, hidden: 150, connections: 1500, seed: 2 })
  const bytes = exportOnnx(many, { rounding: 'native' })
  t.true(scanModel(bytes).nodes > LARGE_NODES)
  const model = await open('early', bytes, true)
  await ask(model, 2)
  t.deepEqual([model.livesAway, model.away.isOpen], [false, false])
  t.true((await open('late', bytes)).livesAway)
  // One had to go, and that is the one used longer ago.
  t.is(sessions.size, 1)
  await ask(model, 2)
  t.deepEqual([model.livesAway, model.away.isOpen], [true, true])
})

test.serial('models take turns: one with much to do does not hold up another', async (t) => {
  const { open, ask } = await scheduling(t)
  const [busy, other] = [await open('busy'), await open('other')]
  const order: string[] = []
  const asked = async (name: string, model: Model, count: number) => {
    t.true(await ask(model, count))
    order.push(name)
  }
  // 30 runs wait for the one model when one comes for the other.
  const all = Array.from({ length: 30 }, () => asked('busy', busy, 64))
  all.push(asked('other', other, 1))
  await Promise.all(all)
  t.true(order.indexOf('other') <= 2, order.join())
})
