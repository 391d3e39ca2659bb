import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test from 'ava'

const run = (cwd: string, ...args: string[]) =>
  spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })

test('CommonJS can require the package, without a warning', (t) => {
  const { stdout, stderr } = run(
    '.',
    '--input-type=commonjs',
    '-e',
    `const { Genome } = require('neatron')
     console.log(Genome.random({ inputs: 2, outputs: 1 }).feedForward([1, 2]).length)`,
  )
  t.deepEqual({ stdout, stderr }, { stdout: '1\n', stderr: '' })
})

test('ES modules can import it, without a warning', (t) => {
  const { stdout, stderr } = run(
    '.',
    '--input-type=module',
    '-e',
    `import { Genome } from 'neatron'
     console.log(Genome.random({ inputs: 2, outputs: 1 }).feedForward([1, 2]).length)`,
  )
  t.deepEqual({ stdout, stderr }, { stdout: '1\n', stderr: '' })
})

test('a missing binary is one error that says what to do', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'neatron-loading-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  for (const part of ['dist', 'index.js', 'package.json']) {
    cpSync(part, join(directory, part), { recursive: true })
  }
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'))
  const script = join(directory, 'try.mjs')
  writeFileSync(
    script,
    `import('neatron').catch(({ name, code, message }) => console.log(JSON.stringify({ name, code, message })))`,
  )
  const { name, code, message } = JSON.parse(run(directory, script).stdout)
  t.is(name, 'NeatronError')
  t.is(code, 'NATIVE_MISSING')
  t.regex(message, new RegExp(`${process.platform}-${process.arch}.*npm run build:native`))
})
