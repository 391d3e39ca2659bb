import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'

const GENERATIONS = 800
const KILLS = 10
/** A process lives at most so long after its first generation, in milliseconds. */
const LIFE = 250

/**
 * A run that no genome ends, told where to be kept, whether to resume, and its workers. It says
 * which generations are saved, and at last what it came to.
 */
const PROGRAM = `
  import { writeSync } from 'node:fs'
  import { evolve } from 'neatron'
  const [directory, resume, workers] = process.argv.slice(-3)
  const { champion, generations, fitness, evaluations } = await evolve({
    task: new URL('file://${process.cwd()}/test/workers/tasks.js'),
    ...(resume === 'no' ? { seed: 7, population: 40 } : {}),
    ...(workers === '0' ? {} : { workers: Number(workers) }),
    generations: ${GENERATIONS},
    checkpoint: { directory, resume: resume === 'yes' },
    onGeneration: ({ generation }) => void writeSync(1, generation + '\\n'),
  })
  console.log(JSON.stringify({ champion, generations, fitness, evaluations }))
`

interface Started {
  child: ChildProcess
  /** Numbers of the generations said to be saved. */
  saved: number[]
  /** The last line, once it has ended. */
  result: Promise<string | undefined>
}

function start(directory: string, resume: boolean, workers: number): Started {
  const told = [directory, resume ? 'yes' : 'no', String(workers)]
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, ...told], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const saved: number[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    saved.push(...lines.filter((line) => /^\d+$/.test(line)).map(Number))
    const last = lines.find((line) => line.startsWith('{'))
    if (last) rest = `${last}\n`
  })
  const result = once(child, 'close').then(() => (rest.startsWith('{') ? rest : undefined))
  return { child, saved, result }
}

/** The lines of generations.jsonl but for their times. */
const withoutTimes = async (directory: string) =>
  (await readFile(join(directory, 'generations.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), times: undefined }))

for (const workers of [0, 2]) {
  test(`a run with ${workers} workers, killed ten times, loses nothing and comes to the same`, async (t) => {
    const parent = await mkdtemp(join(tmpdir(), 'neatron-kill-'))
    t.teardown(() => rm(parent, { recursive: true }))
    const whole = join(parent, 'whole')
    const expected = (await start(whole, false, 0).result)!
    t.is(JSON.parse(expected).generations, GENERATIONS)

    const killed = join(parent, 'killed')
    const kills: number[] = []
    let last = -1
    let result: string | undefined
    while (result === undefined) {
      const run = start(killed, last >= 0, workers)
      if (kills.length < KILLS) {
        while (run.saved.length === 0) await delay(1)
        await delay(Math.random() * LIFE)
        run.child.kill('SIGKILL')
      }
      result = await run.result
      // What was saved before a kill is not computed again, and nothing after it is left out.
      t.deepEqual(
        run.saved,
        run.saved.map((_, i) => run.saved[0] + i),
      )
      t.true(run.saved[0] > last && run.saved[0] <= last + 2, `${run.saved[0]} after ${last}`)
      last = run.saved.at(-1)!
      if (result === undefined) kills.push(last + 1)
    }
    t.log(`killed after ${kills.join(', ')} generations`)
    t.is(kills.length, KILLS)
    t.is<string>(result, expected)
    t.deepEqual(await withoutTimes(killed), await withoutTimes(whole))
    t.deepEqual((await readdir(killed)).sort(), ['checkpoint.json', 'generations.jsonl'])
  })
}
