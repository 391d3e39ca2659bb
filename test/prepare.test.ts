import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'

const run = promisify(execFile)

test('without an addon and without cargo, prepare says in one line what to do', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'neatron-prepare-'))
  t.teardown(() => rm(folder, { recursive: true }))
  // A PATH that has Node and nothing else.
  await symlink(process.execPath, join(folder, 'node'))
  const error = await t.throwsAsync<Error & { code: number; stdout: string; stderr: string }>(
    run(process.execPath, [resolve('scripts/prepare.js')], { cwd: folder, env: { PATH: folder } }),
  )
  t.is(error.code, 1)
  t.is(error.stdout, '')
  t.is(error.stderr.trimEnd().split('\n').length, 1)
  t.regex(error.stderr, /cargo was not found.*install Rust.*npm install/)
})
