import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'ava'

/** Functions that take nothing that could be wrong. */
const NEVER_REFUSE = ['activationNames', 'externalMemory', 'simd']

// In a process of its own, so that a crash is a failed test and not the end of the run.
test('no argument crashes the process', (t) => {
  const script = fileURLToPath(new URL('_hostile.ts', import.meta.url))
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import=tsx', script, '4000'],
    { encoding: 'utf8' },
  )
  t.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: '' })
  const { calls, codes, by } = JSON.parse(stdout) as {
    calls: number
    codes: Record<string, number>
    by: Record<string, { answered: number; refused: number }>
  }
  t.log(`${calls} calls, refused with ${Object.keys(codes).join(', ')}`)
  t.deepEqual(
    [codes.INTERNAL, codes.Error, codes.GenericFailure],
    [undefined, undefined, undefined],
  )
  const declared = readFileSync('index.d.ts', 'utf8').matchAll(/^export declare function (\w+)/gm)
  const handed = ['feedForward', 'feedForwardBatch', 'feedForwardRows', 'step', 'stepBatch']
  for (const name of [...[...declared].map(([, name]) => name), ...handed, 'stepRows']) {
    t.true(by[name]?.answered > 0, `${name} never got past its checks`)
    if (!NEVER_REFUSE.includes(name)) t.true(by[name].refused > 0, `${name} refused nothing`)
  }
})
