import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import test from 'ava'

/** Runs a case of _memory.ts in a process of its own, which tells its memory in bytes. */
function measure(name: string): { early: number; late: number } {
  const script = fileURLToPath(new URL('_memory.ts', import.meta.url))
  const { stdout } = spawnSync(process.execPath, ['--import=tsx', script, name], {
    encoding: 'utf8',
  })
  return JSON.parse(stdout)
}

/** Garbage collection and the allocator settle in their own time; a leak would be far larger. */
const NOISE = 32 * 2 ** 20

for (const [name, what] of [
  ['networks', 'a million networks, compiled, bound, called and dropped'],
  ['cycles', 'a million bound functions that hang on their own arrays'],
  ['loads', 'two thousand models, loaded in the place of each other'],
  ['populations', 'half a million populations, compiled, run and disposed of'],
]) {
  test(`memory stays flat over ${what}`, (t) => {
    const { early, late } = measure(name)
    t.log(`${(early / 2 ** 20).toFixed(0)} MiB early, ${(late / 2 ** 20).toFixed(0)} MiB late`)
    t.true(late < early + NOISE)
  })
}
