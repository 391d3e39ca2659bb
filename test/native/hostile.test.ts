import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import test from 'ava'

// In a process of its own, so that a crash is a failed test and not the end of the run.
test('no argument crashes the process', (t) => {
  const script = fileURLToPath(new URL('_hostile.ts', import.meta.url))
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import=tsx', script, '3000'],
    { encoding: 'utf8' },
  )
  t.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: '' })
  const { calls, refused, codes } = JSON.parse(stdout)
  t.log(`${calls} calls, ${refused} refused, with ${Object.keys(codes).length} codes`)
  t.true(refused > 1000)
  t.is(codes.INTERNAL, undefined)
})
