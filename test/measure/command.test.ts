import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import test from 'ava'
import { commandLine } from '#src/cli/bench.js'
import { startServer } from '#src/serve/child.js'
import { scratch, start } from '../cli/run-cli.js'

const run = promisify(execFile)

const neatron = (...line: string[]) => run(process.execPath, ['dist/cli/main.js', ...line])

test('load prints one JSON line, and learns the length of a row', async (t) => {
  const server = await startServer({ files: ['bench/genomes/3-1-1-layered.json'] })
  t.teardown(() => server.close())
  const flags = ['--concurrency', '2', '--rows', '3', '--duration', '0.2', '--json']
  const { stdout } = await neatron('load', server.url, ...flags)
  const result = JSON.parse(stdout)
  t.like(result, { loop: 'closed', rows: 3, inputs: 3, errors: 0 })
  t.true(result.requests > 0)
})

test('load prints a table without colours into a pipe, in CI too', async (t) => {
  const server = await startServer({ files: ['bench/genomes/3-1-1-layered.json'] })
  t.teardown(() => server.close())
  const line = [
    'dist/cli/main.js',
    'load',
    `${server.url}/infer`,
    '--rate',
    '50',
    '--duration',
    '0.2',
  ]
  const { FORCE_COLOR: _, ...environment } = process.env
  const env = { ...environment, CI: '1' }
  const { stdout } = await run(process.execPath, line, { env })
  t.true(stdout.includes('open loop, 50 requests/s intended'))
  t.false(stdout.includes('\u001b'))
})

test('load refuses both loops at once, and a server that is not there', async (t) => {
  const both = ['http://127.0.0.1:9', '--rate', '1', '--concurrency', '1']
  await t.throwsAsync(neatron('load', ...both), { message: /not both/, code: 2 } as object)
  const error = await t.throwsAsync<Error & { code: number; stderr: string }>(
    neatron('load', 'http://127.0.0.1:9', '--inputs', '1'),
  )
  t.is(error!.code, 1)
  t.regex(error!.stderr, /^neatron: cannot reach .*SERVER_UNREACHABLE\]\n$/)
})

test('a ladder is climbed with batches, and tells what it has when it is interrupted', async (t) => {
  const server = await startServer({ files: ['bench/genomes/3-1-1-layered.json'] })
  t.teardown(() => server.close())
  const flags = ['--ladder', '--rows', '4', '--p99', '50', '--duration', '0.1', '--json']
  const { child, ended } = start(['load', server.url, ...flags])
  // The second rate is told when the first has been asked for.
  let told = ''
  child.stderr!.on('data', (text: string) => {
    told += text
    if (told.split('requests/s').length > 2) child.kill('SIGINT')
  })
  const { stdout, code } = await ended
  t.is(code, 130)
  const ladder = JSON.parse(stdout)
  t.like(ladder, { rowsPerCall: 4, boundMs: 50 })
  t.true(ladder.steps.length > 0 && ladder.steps.length < 8)
})

test('load tells of its metrics while it is under way', async (t) => {
  const server = await startServer({ files: ['bench/genomes/3-1-1-layered.json'] })
  t.teardown(() => server.close())
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const watched = start([
    ...['load', server.url, '--rate', '100', '--duration', '2', '--metrics-port', String(port)],
  ])
  let metrics = ''
  while (!/neatron_rows_total\{contender="load"\} [1-9]/.test(metrics)) {
    metrics = await metricsAt(port)
    const ended = await Promise.race([watched.ended.then(() => true), sleep(50)])
    if (ended === true) break
  }
  t.regex(metrics, /neatron_rows_total\{contender="load"\} [1-9]/)
  t.is((await watched.ended).code, 0)
})

test('a baseline must be a name', async (t) => {
  const error = await t.throwsAsync<Error & { code: number; stderr: string }>(
    neatron('bench', '--baseline', '../x'),
  )
  t.is(error!.code, 2)
})

test('the command line in a report has no token', (t) => {
  const args = ['bench', '--url', 'http://server:8000', '--token', 'secret', '--token=secret']
  t.is(
    commandLine(args, 'secret'),
    'neatron bench --url http://server:8000 --token *** --token=***',
  )
  t.is(commandLine(['bench', '--quick'], undefined), 'neatron bench --quick')
})

test('bench ends early on SIGTERM as on Ctrl-C, with 130', async (t) => {
  const out = await scratch(t)
  const { child, ended } = start(['bench', '--quick', '--out', out])
  await once(child.stderr!, 'data')
  child.kill('SIGTERM')
  const { code, stderr } = await ended
  t.is(code, 130)
  t.regex(stderr, /neatron: interrupted; nothing was measured yet/)
})

test.serial('bench interrupted in the middle reports what it has', async (t) => {
  const out = await scratch(t)
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const { child, ended } = start([
    ...['bench', '--quick', '--model', 'bench/genomes/3-1-1-layered.json'],
    ...['--metrics-port', String(port), '--out', out],
  ])
  // 14 contenders and 2 yardsticks: when each has been told of, one round is whole.
  let series = 0
  while (series < 16) {
    if (await Promise.race([ended.then(() => true), sleep(100, false)])) break
    const text = await metricsAt(port)
    series = text.split('\n').filter((line) => line.startsWith('neatron_rows_total{')).length
  }
  child.kill('SIGINT')
  const { code, stdout, stderr } = await ended
  t.is(code, 130, stderr)
  t.regex(stderr, /^Measuring where inference should run; this takes 60 to 90 seconds/)
  t.regex(stdout, /the run was interrupted/)
  const report = JSON.parse(await readFile(join(out, 'report.json'), 'utf8'))
  t.true(report.interrupted && report.measurements.length > 10)
  t.true((await readdir(join(out, 'latencies'))).length > 10)
})

/** A scrape; nothing when it is not there yet, or no more. */
async function metricsAt(port: number): Promise<string> {
  try {
    return await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  } catch {
    return ''
  }
}
