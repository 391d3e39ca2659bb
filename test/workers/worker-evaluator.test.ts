import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { evolution, evolve, NeatBrain, tasks } from 'neatron'
import { importTask } from '#src/task-module.js'
import { hashedRun } from '../neat/runs.js'

const module = new URL('./tasks.js', import.meta.url)
const endless = await importTask({ module })
const short = { generations: 3, population: 40, seed: 2, workers: 2 }

test('a run in worker threads is the run in this one, ticks and rows too', async (t) => {
  const options = { generations: 4, population: 45, seed: 5 }
  const expected = await hashedRun({ ...options, task: endless })
  t.deepEqual(await hashedRun({ ...options, task: module, workers: 2 }), expected)
})

test('tasks come by name, by a URL, by a path, and by the name of an export', async (t) => {
  const results = []
  for (const task of [
    tasks.xor,
    module,
    { module: 'test/workers/tasks.js' },
    { module, export: 'default' },
  ]) {
    results.push(await evolve({ ...short, task }))
  }
  const [xor, ...others] = results
  t.is(xor.champion.inputSize, 2)
  for (const { champion } of others) t.deepEqual(champion.words, others[0].champion.words)
})

test('what a task throws in a thread is thrown here', async (t) => {
  const run = (name: string) => evolve({ ...short, task: { module, export: name } })
  const error = await t.throwsAsync(run('throws'), { message: 'the task is at fault' })
  t.regex(error?.stack ?? '', /Mine.*\n.*tasks\.js/)
  await t.throwsAsync(run('throwsTyped'), { code: 'ROWS_INVALID', message: 'typed' })
  await t.throwsAsync(run('throwsOdd'), { message: /odd: \[Function/ })
  await t.throwsAsync(run('notFinite'), { code: 'FITNESS_INVALID' })
})

test('a thread that ends fails the run, which can be resumed', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'neatron-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const options = { ...short, checkpoint: { directory } }
  const task = { module, export: 'exits' }
  await t.throwsAsync(evolve({ ...options, task }), {
    code: 'WORKER_CRASHED',
    message: /exits.*exited with code: 7/,
  })
  const checkpoint = { directory, resume: true }
  await t.throwsAsync(evolve({ ...options, task, checkpoint }), { code: 'WORKER_CRASHED' })
})

test('a thread that runs out of memory fails the run', async (t) => {
  const program = `
    import { evolve } from 'neatron'
    const task = { module: ${JSON.stringify(module.href)}, export: 'hoards' }
    await evolve({ task, workers: 1, population: 10 }).catch(({ code, message }) => console.log(code, message))`
  const flags = ['--max-old-space-size=100', '--input-type=module', '--eval']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program])
  t.regex(stdout, /^WORKER_CRASHED .*memory/)
})

test('a signal ends a run whose threads never come back', async (t) => {
  const signal = AbortSignal.timeout(500)
  const { interrupted, generations } = await evolve({
    ...short,
    task: { module, export: 'hangs' },
    signal,
  })
  t.true(interrupted)
  t.is(generations, 0)
})

test('who stops asking for generations ends the threads', async (t) => {
  for await (const { generation } of evolution({ ...short, generations: Infinity, task: module })) {
    if (generation === 2) break
  }
  // Threads that went on would keep this file from its end.
  t.pass()
})

test('ticks are told of, of every row', async (t) => {
  let rows = 0
  let expected = 0
  await evolve({
    ...short,
    task: tasks['cart-pole'],
    onTick(tick) {
      rows += tick.rows
      t.true(tick.simulationNs >= 0 && tick.inferenceNs > 0)
    },
    onGeneration(report) {
      expected += report.rows
    },
  })
  t.true(expected > 0)
  t.is(rows, expected)
})

test('workers that cannot be are refused', async (t) => {
  const brain = NeatBrain.inProcess()
  for (const [options, code] of [
    [{ task: endless }, 'ARGUMENT_TYPE'],
    [{ task: { ...tasks.xor } }, 'ARGUMENT_TYPE'],
    [{ task: tasks.xor, brain }, 'ARGUMENT_TYPE'],
    [{ task: tasks.xor, workers: 0 }, 'ARGUMENT_RANGE'],
    [{ task: tasks.xor, workers: 1.5 }, 'ARGUMENT_TYPE'],
    [{ task: { module, export: 'none' } }, 'TASK_INVALID'],
    [{ task: new URL('./none.js', import.meta.url) }, 'TASK_INVALID'],
  ] as const) {
    await t.throwsAsync(async () => evolve({ ...short, ...options }), { code })
  }
  await brain.close()
})
