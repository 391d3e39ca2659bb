import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { cli, scratch } from './run-cli.js'

const read = (path: string) => readFileSync(path, 'utf8')
const NEATRON = JSON.stringify(import.meta.resolve('neatron'))

/** Cart-pole under another name, and a task that throws. */
const TASKS = `
import { defineTask, tasks } from ${NEATRON}
export const hard = { ...tasks['cart-pole'], name: 'hard', targetFitness: Infinity }
export const broken = defineTask({
  name: 'broken', inputs: 1, outputs: 1, targetFitness: 1,
  start: () => ({ observe() {}, act() { throw new RangeError('of mine') }, fitness: 1 }),
})`

test('a task of a file trains, in threads or not, and resumes from where the file is', async (t) => {
  // Only what follows the last # names an export.
  const folder = join(await scratch(t), 'number #1')
  mkdirSync(folder)
  const file = join(folder, 'own.mjs')
  writeFileSync(file, TASKS)
  const task = `${file}#hard`
  const flags = ['--seed', '2', '--population', '30', '--json']
  const run = async (name: string, ...args: string[]) => {
    const { code, stdout, stderr } = await cli(['train', ...args, ...flags.slice(0, 4), '--json'])
    t.is(code, 0, stderr)
    return { champion: read(join(folder, name, 'champion.json')), line: JSON.parse(stdout) }
  }
  const plain = await run('plain', task, '--generations', '4', '--out', join(folder, 'plain'))
  t.like(plain.line, { task: 'hard', mode: 'cpu', generations: 4 })
  const out = join(folder, 'threads')
  await run('threads', task, '--generations', '2', '--out', out, '--workers', '2')
  const { task: name, module, inference } = JSON.parse(read(join(out, 'run.json')))
  t.deepEqual([name, module, inference], ['hard', task, { mode: 'cpu', batch: 1, workers: 2 }])

  const moved = join(folder, 'moved.mjs')
  renameSync(file, moved)
  const lost = await cli(['train', '--resume', out])
  t.is(lost.code, 1)
  t.regex(lost.stderr, /TASK_INVALID/)
  const other = await cli(['train', `${moved}#broken`, '--resume', out])
  t.regex(other.stderr, /"hard", not "broken".*CHECKPOINT_INVALID/)
  const more = ['--generations', '4', '--json', '--resume', out]
  const resumed = await cli(['train', `${moved}#hard`, ...more])
  t.is(resumed.code, 0, resumed.stderr)
  t.is(read(join(out, 'champion.json')), plain.champion)
  t.is(JSON.parse(resumed.stdout).inference.count > 0, true)
  const lines = (of: string) =>
    read(join(folder, of, 'generations.jsonl'))
      .trim()
      .split('\n')
  const counted = (of: string) => lines(of).map((line) => JSON.parse(line).inference.inferCount)
  t.deepEqual(counted('threads'), counted('plain'))
})

test('what goes wrong with tasks and workers is said in one line', async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'own.mjs')
  writeFileSync(file, TASKS)
  for (const [args, code, message] of [
    [[`${file}#broken`], 1, /Task broken threw RangeError: of mine \(at .*own\.mjs:6.*TASK_FAILED/],
    [[`${file}#broken`, '--workers', '2'], 1, /of mine \(at .*own\.mjs.*TASK_FAILED/],
    [[file], 1, /several tasks.*TASK_INVALID/],
    [[join(folder, 'none.js')], 1, /Cannot import.*TASK_INVALID/],
    [['own'], 2, /no task own; .*\.\/own\.js/],

    [['xor', '--workers', '2', '--mode', 'remote'], 2, /--workers goes with --mode cpu/],
  ] as const) {
    const out = join(folder, `run-${args.length}-${message.source.length}`)
    const ended = await cli(['train', ...args, '--out', out])
    t.is(ended.code, code, ended.stderr)
    t.regex(ended.stderr, message)
    t.is(ended.stderr.trimEnd().split('\n').length, 1, ended.stderr)
  }
})

test("the champion's test is told, and the model is the one that export writes", async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'own.mjs')
  writeFileSync(
    file,
    `import { tasks } from ${NEATRON}
     const test = () => ({ solved: false, passed: 87, episodes: 100 })
     export default { ...tasks['cart-pole'], name: 'strict', targetFitness: 1, test }`,
  )
  const out = join(folder, 'run')
  const flags = ['--seed', '1', '--population', '20', '--generations', '2', '--out', out]
  const { stdout, stderr } = await cli(['train', file, ...flags])
  t.regex(stdout, /generation +2 .*test 87\/100\nNot solved/, stderr)
  t.regex(stdout, /the champion passed 87 of 100 episodes/)
  const model = join(folder, 'model.onnx')
  t.is((await cli(['export', join(out, 'champion.json'), '-o', model])).code, 0)
  t.deepEqual(readFileSync(model), readFileSync(join(out, 'champion.onnx')))
})
