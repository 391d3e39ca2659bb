import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import test from 'ava'

const run = promisify(execFile)

for (const name of readdirSync('examples').filter((file) => file.endsWith('.ts'))) {
  test(`examples/${name} runs`, async (t) => {
    const { stdout, stderr } = await run(process.execPath, ['--import=tsx', `examples/${name}`])
    t.true(stdout.length > 0)
    t.is(stderr, '')
  })
}
