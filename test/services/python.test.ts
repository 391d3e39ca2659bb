import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { request } from 'undici'
import { runBench } from '#src/measure/bench.js'
import { exportOnnx } from '#src/onnx/export.js'
import { pythonWith } from '../python.js'
import { isAnswer, smallGenome, someRows } from '../serve/harness.js'
import { plan } from './bench-plan.js'

const own = 'services/python/.venv/bin/python'
const python = existsSync(own) ? own : pythonWith('fastapi', 'uvicorn', 'onnxruntime')

/** Runs a test against the service, or says why it cannot. */
function withService(title: string, run: (t: ExecutionContext, url: string) => Promise<void>) {
  test(title, async (t) => {
    if (python === undefined) {
      t.log('skipped: no python/fastapi (npm run serve:python installs it)')
      t.pass()
      return
    }
    const service = spawn(python, ['services/python/app.py', '--port', '0', '--allow-load'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.teardown(() => stop(service))
    const lines = createInterface(service.stdout as NodeJS.ReadableStream)
    const [line] = (await once(lines, 'line')) as [string]
    await run(t, line.replace('neatron-python serving ', ''))
  })
}

async function stop(service: ChildProcess): Promise<void> {
  service.kill('SIGTERM')
  if (service.exitCode === null) await once(service, 'close')
}

async function post(url: string, body: unknown) {
  const headers = { 'content-type': 'application/json' }
  const reply = await request(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return {
    status: reply.statusCode,
    headers: reply.headers,
    json: (await reply.body.json()) as { outputs?: number[][]; error?: string },
  }
}

withService('the Python service loads and answers as ours does', async (t, url) => {
  const genomes = [smallGenome(1), smallGenome(2)]
  const rows = someRows(6)
  const load = (name: string, model: Uint8Array) =>
    post(`${url}/v2/repository/models/${name}/load`, {
      parameters: { 'file:1/model.onnx': Buffer.from(model).toString('base64') },
    })
  t.is((await load('one', exportOnnx(genomes[0]))).status, 200)
  t.is((await load('two', exportOnnx(genomes))).status, 200)

  const one = await post(`${url}/infer`, { inputs: rows })
  t.true(
    isAnswer(
      one.json.outputs,
      rows.map((row) => genomes[0].feedForward(row)),
    ),
  )
  t.regex(String(one.headers['server-timing']), /^queue;dur=0, infer;dur=\d/)
  const genome = rows.map((_, r) => r % 2)
  const two = await post(`${url}/infer`, { inputs: rows, genome, model: 'two' })
  t.true(
    isAnswer(
      two.json.outputs,
      rows.map((row, r) => genomes[r % 2].feedForward(row)),
    ),
  )

  const refused: readonly [object, number][] = [
    [{}, 400],
    [{ inputs: [] }, 400],
    [{ inputs: [[1, 2]] }, 400],
    [{ inputs: [[1, 'a', 3]] }, 400],
    [{ inputs: [[1, 2, 1e39]] }, 400],
    [{ inputs: someRows(1), model: 'x' }, 404],
    [{ inputs: someRows(1), model: 'two' }, 400],
    [{ inputs: someRows(1), model: 'two', genome: [-1] }, 400],
    [{ inputs: someRows(1), model: 'two', genome: [2] }, 400],
  ]
  for (const [body, status] of refused) {
    const reply = await post(`${url}/infer`, body)
    t.is(reply.status, status)
    t.is(typeof reply.json.error, 'string')
  }
  t.is((await post(`${url}/v2/repository/models/one/unload`, {})).status, 200)
  t.is((await post(`${url}/infer`, { inputs: rows, model: 'one' })).status, 404)
})

withService('train --mode remote --url evolves against it', async (t, url) => {
  const out = await mkdtemp(join(tmpdir(), 'neatron-run-'))
  t.teardown(() => rm(out, { recursive: true }))
  const program = ['dist/cli/main.js', 'train', 'xor', '--url', url, '--out', join(out, 'run')]
  const options = '--runs 3 --population 50 --seed 1 --mode remote --batch 200 --json'.split(' ')
  const { stdout } = await promisify(execFile)(process.execPath, [...program, ...options])
  const { generations, inference, http } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  t.is(generations, 3)
  t.is(inference.count, 3 * 50 * 4)
  t.is(http.requests, 3)
})

test('bench --python compares the service with our own', async (t) => {
  if (!existsSync(own)) {
    t.log('skipped: no services/python/.venv (npm run serve:python makes it)')
    t.pass()
    return
  }
  const result = await runBench({
    ...{ plan, quick: true, seed: 1, command: 'test', urls: [], python: true },
    progress: { stage: () => {}, step: () => {} },
    signal: new AbortController().signal,
  })
  const { measurements, skipped } = result!.report
  t.deepEqual(skipped, [])
  const ofPython = measurements.filter(({ name }) => name.startsWith('python-'))
  t.true(ofPython.length > 1)
  for (const { name, rows, invalid, verified } of ofPython) {
    t.deepEqual(invalid, [], name)
    t.is(rows.asked, rows.answered, name)
    t.true(verified.worst <= 1e-5 && verified.rows > 0, name)
  }
})
