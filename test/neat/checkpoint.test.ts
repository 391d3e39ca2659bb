import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { tasks } from '#src/tasks/index.js'
import type { Task } from '#src/tasks/task.js'
import { evolveInProcess, hashOf } from './runs.js'

const task = tasks['cart-pole']
// A target out of reach keeps runs at full length.
const endless = { ...task, targetFitness: Infinity }
const options = { task: endless, seed: 4, population: 30 }

const directories: string[] = []
async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'neatron-'))
  directories.push(directory)
  return directory
}
test.after.always(async () => {
  for (const directory of directories) await rm(directory, { recursive: true })
})

/** The lines of generations.jsonl, their times left out. */
async function lines(directory: string): Promise<unknown[]> {
  const text = await readFile(join(directory, 'generations.jsonl'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), times: undefined }))
}

test('a run interrupted at any generation or tick, and resumed, is the run itself', async (t) => {
  const whole = await newDirectory()
  const expected = await evolveInProcess({
    ...options,
    generations: 6,
    checkpoint: { directory: whole },
  })
  for (let stop = 0; stop < 6; stop++) {
    const directory = await newDirectory()
    const controller = new AbortController()
    let generations = 0
    let ticks = 0
    const first = await evolveInProcess({
      ...options,
      generations: 6,
      checkpoint: { directory },
      signal: controller.signal,
      onGeneration() {
        generations++
      },
      onTick() {
        if (generations === stop && ++ticks === 5) controller.abort()
      },
    })
    t.like(first, { interrupted: true, generations: stop, evaluations: stop * 30 })
    const resumed = await evolveInProcess({
      task: endless,
      generations: 6,
      checkpoint: { directory, resume: true },
    })
    t.like(resumed, { interrupted: false, generations: 6, evaluations: 180, seed: 4 })
    t.deepEqual(resumed.champion.words, expected.champion.words)
    t.deepEqual(await lines(directory), await lines(whole))
  }
})

test('a run may be resumed to more generations; a solved one is not gone on with', async (t) => {
  const directory = await newDirectory()
  const hashes: string[] = []
  const onGeneration = (report: Parameters<typeof hashOf>[0]) => void hashes.push(hashOf(report))
  await evolveInProcess({ ...options, generations: 5, onGeneration })
  const expected = hashes.splice(0)
  await evolveInProcess({ ...options, generations: 2, checkpoint: { directory }, onGeneration })
  const checkpoint = { directory, resume: true }
  await evolveInProcess({ ...options, generations: 5, checkpoint, onGeneration })
  t.deepEqual(hashes, expected)

  const solved = await evolveInProcess({ task, seed: 1, checkpoint: { directory } })
  const again = await evolveInProcess({ task, checkpoint })
  t.true(solved.solved)
  t.deepEqual(again, solved)
})

test('what was written after the last commit is cut off', async (t) => {
  const directory = await newDirectory()
  await evolveInProcess({ ...options, generations: 2, checkpoint: { directory } })
  const before = await lines(directory)
  await appendFile(join(directory, 'generations.jsonl'), '{"generation":2,"bestFit')
  await evolveInProcess({ ...options, generations: 3, checkpoint: { directory, resume: true } })
  const after = await lines(directory)
  t.deepEqual(after.slice(0, 2), before)
  t.is(after.length, 3)
})

test('what a killed process left in the middle of a write is gone at the next start', async (t) => {
  const directory = await newDirectory()
  const left = join(directory, 'checkpoint.json.123.4.tmp')
  for (const resume of [false, true]) {
    await writeFile(left, '{"form')
    const checkpoint = { directory, resume }
    await evolveInProcess({ ...options, generations: 1, checkpoint })
    t.deepEqual((await readdir(directory)).sort(), ['checkpoint.json', 'generations.jsonl'])
  }
})

test('the test of the champion is kept with it', async (t) => {
  const directory = await newDirectory()
  // Nothing passes, so that the run goes on and every candidate is tried.
  const strict: Task = {
    ...task,
    targetFitness: 1,
    test: ({ connectionCount }) => ({ solved: false, passed: connectionCount, episodes: 99 }),
  }
  const run = { task: strict, seed: 4, population: 20, generations: 3 }
  const { champion, test: result } = await evolveInProcess({ ...run, checkpoint: { directory } })
  t.is(result?.passed, champion.connectionCount)
  const checkpoint = { directory, resume: true }
  const resumed = await evolveInProcess({ ...run, checkpoint })
  t.deepEqual(resumed.test, result)
  for (const line of (await lines(directory)) as { test?: object }[]) {
    t.like(line.test, { solved: false, episodes: 99 })
  }
})

test('lines carry what the caller adds', async (t) => {
  const directory = await newDirectory()
  const annotate = ({ rows }: { rows: number }) => ({ double: rows * 2 })
  await evolveInProcess({ ...options, generations: 2, checkpoint: { directory, annotate } })
  for (const line of (await lines(directory)) as { rows: number; double: number }[]) {
    t.is(line.double, line.rows * 2)
  }
})

const damages: [string, (directory: string) => Promise<unknown>, RegExp][] = [
  ['missing', (d) => rm(join(d, 'checkpoint.json')), /ENOENT/],
  ['truncated', (d) => truncate(join(d, 'checkpoint.json'), 500), /not whole/],
  ['foreign', (d) => writeFile(join(d, 'checkpoint.json'), '{"format":"other"}'), /"other"/],
  ['no object', (d) => writeFile(join(d, 'checkpoint.json'), 'null'), /expected format/],
  ['newer', (d) => edit(d, '"version":1', '"version":2'), /expected version 1, came 2/],
  ['changed', (d) => edit(d, '"evaluations":60', '"evaluations":61'), /checksum/],
  ['short of lines', (d) => truncate(join(d, 'generations.jsonl'), 9), /9 of its \d+ committed/],
]

async function edit(directory: string, from: string, to: string): Promise<void> {
  const file = join(directory, 'checkpoint.json')
  await writeFile(file, (await readFile(file, 'utf8')).replace(from, to))
}

for (const [name, damage, message] of damages) {
  test(`a checkpoint that is ${name} is refused`, async (t) => {
    const directory = await newDirectory()
    await evolveInProcess({ ...options, generations: 2, checkpoint: { directory } })
    await damage(directory)
    const checkpoint = { directory, resume: true }
    await t.throwsAsync(evolveInProcess({ ...options, checkpoint }), {
      code: 'CHECKPOINT_INVALID',
      message,
    })
  })
}

test('a run is not resumed as another one', async (t) => {
  const directory = await newDirectory()
  await evolveInProcess({ ...options, generations: 1, checkpoint: { directory } })
  const checkpoint = { directory, resume: true }
  for (const other of [{ seed: 5 }, { population: 31 }, { task: tasks.xor }]) {
    await t.throwsAsync(evolveInProcess({ ...options, ...other, checkpoint }), {
      code: 'CHECKPOINT_INVALID',
    })
  }
})

test('a directory that cannot be written to is a typed error', async (t) => {
  const file = join(await newDirectory(), 'file')
  await writeFile(file, '')
  const checkpoint = { directory: join(file, 'run') }
  await t.throwsAsync(evolveInProcess({ ...options, checkpoint }), { code: 'CHECKPOINT_WRITE' })
})
