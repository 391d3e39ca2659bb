import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { writeWholeFile } from '#src/whole-file.js'
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
