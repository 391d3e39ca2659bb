import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import test from 'ava'

// In a process of its own, so that a crash is a failed test and not the end of the run.
test('public classes refuse whatever is wrong with a NeatronError', (t) => {
  const script = fileURLToPath(new URL('_hostile-api.ts', import.meta.url))
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import=tsx', script, '4000'],
    { encoding: 'utf8' },
  )
  t.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: '' })
  const { calls, codes, never } = JSON.parse(stdout)
  t.log(`${calls} calls, refused with ${Object.keys(codes).join(', ')}`)
  t.is(codes.INTERNAL, undefined)
  // All others got past their checks, too.
  t.deepEqual(never, ['new Genome', 'new Network', 'new Population'])
})
