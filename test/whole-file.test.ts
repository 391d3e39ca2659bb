import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { removeTemporaries, writeWholeFile } from '#src/whole-file.js'
import { scratch } from './cli/run-cli.js'

test('a file is replaced, through a link too, and nothing else is left', async (t) => {
  const folder = await scratch(t)
  const path = join(folder, 'a')
  await writeWholeFile(path, 'first')
  symlinkSync('a', join(folder, 'link'))
  await writeWholeFile(join(folder, 'link'), new Uint8Array([104, 105]))
  t.is(readFileSync(path, 'utf8'), 'hi')
  t.deepEqual(readdirSync(folder).sort(), ['a', 'link'])
})

test('a write that stops short fails and leaves the file as it was', async (t) => {
  const folder = await scratch(t)
  const path = join(folder, 'a')
  await writeWholeFile(path, 'good')
  const program = `
    import { writeWholeFile } from ${JSON.stringify(import.meta.resolve('#src/whole-file.js'))}
    await writeWholeFile(${JSON.stringify(path)}, 'x'.repeat(1e6)).catch(({ code }) => console.log(code))`
  // As on a full disk, the first write beyond the limit takes what fits and says how much that was.
  const command = 'ulimit -f 64; exec "$0" --input-type=module -e "$1"'
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program])
  t.is(stdout, 'EFBIG\n')
  t.is(readFileSync(path, 'utf8'), 'good')
  t.deepEqual(readdirSync(folder), ['a'])
})

test('what a killed process left of a file is removed, and nothing else', async (t) => {
  const folder = await scratch(t)
  const program = `
    import { writeWholeFile } from ${JSON.stringify(import.meta.resolve('#src/whole-file.js'))}
    import fs from 'node:fs/promises'
    fs.rename = () => process.kill(process.pid, 'SIGKILL')
    ;(await import('node:module')).syncBuiltinESMExports()
    await writeWholeFile(process.argv[1], 'half')`
  const path = join(folder, 'a.json')
  const args = ['--input-type=module', '-e', program, path]
  await t.throwsAsync(promisify(execFile)(process.execPath, args))
  t.regex(readdirSync(folder).join(' '), /^a\.json\.\d+\.1\.tmp$/)
  const others = ['a.json', 'a.json.tmp', 'a.json.1.2.tmp.old', 'b.json.1.2.tmp', 'aajson.1.2.tmp']
  for (const other of others) writeFileSync(join(folder, other), '')
  await removeTemporaries(path)
  t.deepEqual(readdirSync(folder).sort(), others.sort())
  await t.notThrowsAsync(removeTemporaries(join(folder, 'no', 'where')))
})
