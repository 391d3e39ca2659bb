import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type ChildServer, startServer } from '#src/serve/child.js'
import { cli, type Running, scratch, start } from './run-cli.js'

const GENERATIONS = 12

// A target that is out of reach, so that a run is as long as it was asked to be.
const TRAIN = ['train', 'parity-4', '--seed', '3', '--population', '60', '--mode', 'remote']
const RUN = [...TRAIN, '--batch', '60', '--generations', String(GENERATIONS), '--json']

const champion = async (out: string) =>
  JSON.parse(await readFile(join(out, 'champion.json'), 'utf8'))

/** Generations that the checkpoint of a run has; 0 before the first. */
async function generations(out: string): Promise<number> {
  const lines = await readFile(join(out, 'generations.jsonl'), 'utf8').catch(() => '')
  return lines.split('\n').length - 1
}

/** Kills the server with -9 once the run has some generations. */
async function killMidway({ child }: Running, server: ChildServer, out: string): Promise<void> {
  while ((await generations(out)) < 3) {
    if (child.exitCode !== null) throw new Error('the run ended before its server was killed')
  }
  process.kill(server.pid, 'SIGKILL')
  await server.exited
}

async function undisturbed(t: ExecutionContext, url: string) {
  const out = join(await scratch(t), 'whole')
  const { code, stderr } = await cli([...RUN, '--url', url, '--out', out])
  t.is(code, 0, stderr)
  return champion(out)
}

test('a server killed with -9 leaves a checkpoint, from which training goes on to the same champion', async (t) => {
  const first = await startServer({ allowLoad: true })
  const expected = await undisturbed(t, first.url)
  const out = join(await scratch(t), 'run')
  const running = start([...RUN, '--url', first.url, '--out', out])
  await killMidway(running, first, out)
  const { code, stderr } = await running.ended
  t.is(code, 1)
  t.regex(stderr, /^neatron: .*cannot reach .*\n$/)
  const saved = await generations(out)
  t.true(saved >= 3 && saved < GENERATIONS, `${saved} generations`)
  const second = await startServer({ allowLoad: true })
  t.teardown(() => second.close())
  const resumed = await cli(['train', '--resume', out, '--url', second.url, '--json'])
  t.is(resumed.code, 0, resumed.stderr)
  t.deepEqual(await champion(out), expected)
  t.is(await generations(out), GENERATIONS)
})

test('with --wait-for-server it goes on by itself when the server is back, to the same champion', async (t) => {
  const first = await startServer({ allowLoad: true })
  const expected = await undisturbed(t, first.url)
  const out = join(await scratch(t), 'run')
  const running = start([...RUN, '--url', first.url, '--out', out, '--wait-for-server', '60'])
  await killMidway(running, first, out)
  const port = Number(new URL(first.url).port)
  const second = await startServer({ allowLoad: true, port })
  t.teardown(() => second.close())
  const { code, stdout, stderr } = await running.ended
  t.is(code, 0, stderr)
  t.deepEqual(await champion(out), expected)
  const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  t.is(summary.inference.count, GENERATIONS * 60 * 16)
})
