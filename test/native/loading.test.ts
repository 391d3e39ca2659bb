import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { PREBUILT } from '#src/native/addon.js'

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

/** What importing the package fails with where there is no binary; `prelude` runs before. */
function failure(t: ExecutionContext, prelude = ''): Record<'name' | 'code' | 'message', string> {
  const directory = mkdtempSync(join(tmpdir(), 'neatron-loading-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  for (const part of ['dist', 'index.js', 'package.json']) {
    cpSync(part, join(directory, part), { recursive: true })
  }
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'))
  const script = join(directory, 'try.mjs')
  writeFileSync(
    script,
    `${prelude}
     import('neatron').catch(({ name, code, message }) => console.log(JSON.stringify({ name, code, message })))`,
  )
  return JSON.parse(run(directory, script).stdout)
}

test('a missing binary is one error that says what to do', (t) => {
  const { name, code, message } = failure(t)
  t.is(name, 'NeatronError')
  t.is(code, 'NATIVE_MISSING')
  t.regex(message, new RegExp(`${process.platform}-${process.arch}.*npm run build:native`))
})

test('an unsupported platform is named, with those that are supported', (t) => {
  const { code, message } = failure(t, `Object.defineProperty(process, 'arch', { value: 's390x' })`)
  t.is(code, 'NATIVE_MISSING')
  t.regex(
    message,
    /no native addon for .*-s390x\. Prebuilt: linux-x64, .*win32-x64.*npm run build:native/,
  )
})

test('the platforms that the message names are those of the release', (t) => {
  const { targets } = JSON.parse(readFileSync('package.json', 'utf8')).napi
  const names: Record<string, string> = {
    x86_64: 'x64',
    aarch64: 'arm64',
    linux: 'linux',
    darwin: 'darwin',
    windows: 'win32',
  }
  const platforms = targets.map((target: string) => {
    const [arch, , system] = target.split('-')
    return `${names[system]}-${names[arch]}`
  })
  t.deepEqual(new Set(PREBUILT), new Set(platforms))
})
