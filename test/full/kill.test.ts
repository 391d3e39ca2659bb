import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'

const GENERATIONS = 60

/** A run that no genome ends, told where to be kept and whether to resume. */
const PROGRAM = `
  import { evolve, tasks } from 'neatron'
  const [directory, resume] = process.argv.slice(-2)
  const result = await evolve({
    task: { ...tasks['cart-pole'], targetFitness: Infinity },
    ...(resume === 'no' ? { seed: 7, population: 40 } : {}),
    generations: ${GENERATIONS},
    checkpoint: { directory, resume: resume === 'yes' },
  })
  console.log(JSON.stringify([result.generations, result.champion]))
`

function start(directory: string, resume: 'yes' | 'no'): ChildProcess {
  const args = ['--input-type=module', '--eval', PROGRAM, directory, resume]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function finish(directory: string, resume: 'yes' | 'no'): Promise<string> {
  const child = start(directory, resume)
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  await once(child, 'close')
  return text
}

const withoutTimes = async (directory: string) =>
  (await readFile(join(directory, 'generations.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), times: undefined }))

test('ten kills in the middle of runs neither lose nor change anything', async (t) => {
  const parent = await mkdtemp(join(tmpdir(), 'neatron-kill-'))
  t.teardown(() => rm(parent, { recursive: true }))
  const whole = join(parent, 'whole')
  const began = performance.now()
  const expected = await finish(whole, 'no')
  const duration = performance.now() - began
  t.is(JSON.parse(expected)[0], GENERATIONS)
  for (let kill = 0; kill < 10; kill++) {
    const directory = join(parent, `killed-${kill}`)
    const child = start(directory, 'no')
    const checkpoint = join(directory, 'checkpoint.json')
    while (!(await readFile(checkpoint).catch(() => undefined))) await delay(1)
    await delay(Math.random() * duration * 0.7)
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
    t.is(await finish(directory, 'yes'), expected)
    t.deepEqual(await withoutTimes(directory), await withoutTimes(whole))
  }
})
