import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const GENERATIONS = 800
const KILLS = 10
/** A process is killed at random among its first generations: so few that none comes to the end. */
const FIRST = 50

/** A task that no genome solves. */
const TASK = fileURLToPath(import.meta.resolve('../workers/tasks.js'))
const MAIN = fileURLToPath(import.meta.resolve('#src/cli/main.js'))

/** Keeps a run in a directory, and says which generations are saved, and at last its champion. */
const PROGRAM = `
  import { writeSync } from 'node:fs'
  import { evolve } from 'neatron'
  const [directory, resume, workers] = process.argv.slice(-3)
  const { champion } = await evolve({
    task: { module: ${JSON.stringify(TASK)} },
    ...(resume === 'no' ? { seed: 7, population: 40 } : {}),
    ...(workers === '0' ? {} : { workers: Number(workers) }),
    generations: ${GENERATIONS},
    checkpoint: { directory, resume: resume === 'yes' },
    onGeneration: ({ generation }) => void writeSync(1, \`generation \${generation + 1} \\n\`),
  })
  console.log(JSON.stringify(champion))
`

/** The arguments of a process that begins a run, or goes on with it. */
type Command = (directory: string, resume: boolean) => string[]

const program =
  (workers: number): Command =>
  (directory, resume) => [
    ...['--input-type=module', '--eval', PROGRAM],
    ...[directory, resume ? 'yes' : 'no', String(workers)],
  ]

const train: Command = (directory, resume) => [
  ...[MAIN, 'train'],
  ...(resume
    ? ['--resume', directory]
    : [TASK, '--seed', '7', '--population', '40', '--out', directory]),
  ...['--generations', String(GENERATIONS)],
]

/** Starts a process; `saved` are the generations that it said to be saved, counted from 1. */
function start(args: string[]): { child: ChildProcess; saved: number[]; closed: Promise<unknown> } {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const saved: number[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const number = /^generation +(\d+) /.exec(line)?.[1]
      if (number !== undefined) saved.push(Number(number))
    }
  })
  return { child, saved, closed: once(child, 'close') }
}

/** All of a run that must not depend on when it was killed. */
async function outcome(directory: string): Promise<unknown> {
  const text = (name: string) => readFile(join(directory, name), 'utf8')
  const { run } = JSON.parse(await text('checkpoint.json'))
  const lines = (await text('generations.jsonl')).trimEnd().split('\n')
  const generations = lines.map((line) => {
    const { times: _, inference, ...rest } = JSON.parse(line)
    return { ...rest, rowsAnswered: inference?.inferCount }
  })
  const files = (await readdir(directory)).sort()
  const latencies = files.includes('latency.hlog') ? await text('latency.hlog') : ''
  // The length of lines depends on the digits of their times.
  const state = { ...run, generationsLength: undefined }
  return { state, generations, files, logged: latencies.match(/^#\[Generation: \d+\]/gm) }
}

for (const [name, command] of Object.entries({
  'in the main thread': program(0),
  'with 2 workers': program(2),
  'by neatron train': train,
})) {
  test.serial(`a run ${name}, killed ten times, loses nothing and comes to the same`, async (t) => {
    const parent = await mkdtemp(join(tmpdir(), 'neatron-kill-'))
    t.teardown(() => rm(parent, { recursive: true }))
    const whole = join(parent, 'whole')
    const undisturbed = start(command === train ? train(whole, false) : program(0)(whole, false))
    await undisturbed.closed
    t.is(undisturbed.saved.length, GENERATIONS)

    const killed = join(parent, 'killed')
    const kills: number[] = []
    let last = 0
    while (last < GENERATIONS) {
      const { child, saved, closed } = start(command(killed, last > 0))
      if (kills.length < KILLS) {
        const enough = 1 + Math.random() * FIRST
        while (saved.length < enough && child.exitCode === null) await delay(1)
        // At any moment of a generation.
        await delay(Math.random() * 10)
        child.kill('SIGKILL')
      }
      await closed
      // What was saved before a kill is not computed again, and nothing after it is left out.
      t.true(saved[0] > last && saved[0] <= last + 2, `${saved[0]} after ${last}`)
      t.deepEqual(
        saved,
        saved.map((_, i) => saved[0] + i),
      )
      last = saved.at(-1)!
      if (child.signalCode === 'SIGKILL') kills.push(last)
    }
    t.log(`killed after ${kills.join(', ')} generations`)
    t.is(kills.length, KILLS)
    t.deepEqual(await outcome(killed), await outcome(whole))
  })
}
