import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { cli, scratch } from './run-cli.js'

test('settings that somebody wrote into run.json are checked, and leave no server running', async (t) => {
  const out = join(await scratch(t), 'run')
  const made = await cli(['train', 'xor', '--runs', '1', '--population', '20', '--out', out])
  t.is(made.code, 0, made.stderr)
  const file = join(out, 'run.json')
  const run = JSON.parse(readFileSync(file, 'utf8'))
  for (const [inference, message] of [
    [{ mode: 'cpu', batch: 1, workers: 0 }, /inference\/workers.*CHECKPOINT_INVALID/],
    [{ mode: 'cpu', batch: 0 }, /inference\/batch.*CHECKPOINT_INVALID/],
    // A server is started by then; were it left, the command would not end.
    [{ mode: 'remote', batch: 1, maxDelayMs: -1 }, /maxDelayMs/],
  ] as const) {
    writeFileSync(file, JSON.stringify({ ...run, inference }))
    const { code, stderr } = await cli(['train', '--runs', '3', '--resume', out])
    t.is(code, 1, stderr)
    t.regex(stderr, message)
    t.is(stderr.trimEnd().split('\n').length, 1, stderr)
  }
})
