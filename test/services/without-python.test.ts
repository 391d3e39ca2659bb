import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { plan } from './bench-plan.js'

const BENCH = `
  const { runBench } = await import('./dist/measure/bench.js')
  const { report } = await runBench({
    plan: ${JSON.stringify(plan)}, quick: true, seed: 1, command: 'test', urls: [], python: true,
    progress: { stage() {}, step() {} }, signal: new AbortController().signal,
  })
  console.log(JSON.stringify({ skipped: report.skipped, measured: report.measurements.length }))
`

/** A copy of the package in which no Python was ever installed, and an environment without any. */
async function freshCopy(t: ExecutionContext) {
  const directory = await mkdtemp(join(tmpdir(), 'neatron-'))
  t.teardown(() => rm(directory, { recursive: true }))
  for (const name of ['dist', 'package.json', 'index.js']) {
    await cp(name, join(directory, name), { recursive: true })
  }
  for (const name of ['app.py', 'requirements.txt', 'start.js']) {
    await cp(`services/python/${name}`, join(directory, 'services/python', name))
  }
  const addon = 'neatron.linux-x64-gnu.node'
  for (const name of ['node_modules', addon]) {
    await symlink(resolve(name), join(directory, name)).catch(() => {})
  }
  // The shell is there, and nothing else.
  await mkdir(join(directory, 'bin'))
  await symlink('/bin/sh', join(directory, 'bin/sh'))
  return { cwd: directory, env: { ...process.env, PATH: join(directory, 'bin') } }
}

const LINE = 'the Python service needs Python 3.11 or later with venv (apt install python3-venv).'

test('without Python the service says in one line what it needs', async (t) => {
  const fresh = await freshCopy(t)
  const started = promisify(execFile)(process.execPath, ['services/python/start.js'], fresh)
  const { code, stderr } = (await t.throwsAsync(started)) as unknown as {
    code: number
    stderr: string
  }
  t.is(code, 1)
  t.is(stderr, `neatron: ${LINE}\n`)
})

test('without Python a comparison goes on, and says what it left out', async (t) => {
  const fresh = await freshCopy(t)
  const program = ['--input-type=module', '--eval', BENCH]
  const { stdout } = await promisify(execFile)(process.execPath, program, fresh)
  const { skipped, measured } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  t.true(measured > 4)
  t.is(skipped.length, 1)
  t.is(skipped[0].name, 'Python service')
  t.true(skipped[0].why.endsWith(LINE), skipped[0].why)
  t.notRegex(skipped[0].why, /\n/)
})
