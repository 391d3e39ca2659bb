import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { importTask } from '#src/task-module.js'
import { scratch } from './cli/run-cli.js'

const TASK =
  "{ name: 'mine', inputs: 1, outputs: 1, targetFitness: 1, start() { return { maxRows: 1 } } }"

test('a module with one task, whatever its name, or a default one', async (t) => {
  const folder = await scratch(t)
  const write = async (name: string, text: string) => {
    const path = join(folder, name)
    await writeFile(path, text)
    return path
  }
  const one = await write('one.mjs', `export const other = 5, anything = ${TASK}`)
  const two = await write('two.mjs', `export const a = ${TASK}, b = ${TASK}`)
  const chosen = await write('default.mjs', `export const a = ${TASK}; export default ${TASK}`)
  const common = await write('common.cjs', `module.exports = ${TASK}`)
  const half = await write('half.mjs', `export default { name: 'half', inputs: 1, outputs: 0 }`)
  const broken = await write('broken.mjs', 'export default {')
  const odd = await write('odd.mjs', 'throw undefined')

  for (const module of [one, pathToFileURL(one), pathToFileURL(one).href, chosen, common]) {
    t.is((await importTask({ module })).name, 'mine')
  }
  t.is((await importTask({ module: two, export: 'b' })).name, 'mine')
  for (const [task, message] of [
    [{ module: two }, /several tasks.*its exports: a, b/],
    [{ module: two, export: 'c' }, /no task as its export c/],
    [{ module: half }, /exports no task/],
    [{ module: broken }, /Cannot import/],
    [{ module: odd }, /Cannot import .*undefined/],
    [{ module: join(folder, 'none.mjs') }, /Cannot find module/],
  ] as const) {
    await t.throwsAsync(importTask(task), { code: 'TASK_INVALID', message })
  }
})
