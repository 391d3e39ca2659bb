import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test, { type ExecutionContext } from 'ava'
import { request } from 'undici'
import { exportOnnx } from '#src/onnx/export.js'
import { smallGenome, someRows, start } from './harness.js'

/** A line of the log. */
interface Line {
  readonly level: number
  readonly msg: string
  readonly reqId?: string
  readonly answered?: number
  readonly model?: string
  readonly err?: { readonly message: string }
}

/**
 * A population model that says it has more genomes than it has: for an index between, ONNX Runtime
 * fails where no check of ours can foresee it.
 */
function brokenModel(): Uint8Array {
  const bytes = Buffer.from(exportOnnx([smallGenome(1), smallGenome(2)]))
  const at = bytes.indexOf('population_size') + 'population_size'.length
  bytes[bytes.indexOf('2', at)] = '9'.charCodeAt(0)
  return bytes
}

const failing = { inputs: someRows(1), genome: [8] }

/** Runs `neatron serve` on a broken model, lets `ask` ask, and gives the lines that it logged. */
async function logOf(
  t: ExecutionContext,
  flags: readonly string[],
  ask: (url: string) => Promise<void>,
): Promise<Line[]> {
  const directory = await mkdtemp(join(tmpdir(), 'neatron-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const file = join(directory, 'broken.onnx')
  await writeFile(file, brokenModel())
  const program = ['dist/cli/main.js', 'serve', '--port', '0', '--allow-load', ...flags, file]
  const child: ChildProcess = spawn(process.execPath, program, {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk
  })
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
  await ask(line.replace('neatron serving ', ''))
  child.kill('SIGTERM')
  await once(child, 'close')
  t.is(child.exitCode, 0)
  // Whatever ONNX Runtime itself writes there is no line of ours.
  const lines = stderr.split('\n').filter((text) => text.startsWith('{'))
  return lines.map((text) => JSON.parse(text) as Line)
}

async function post(url: string, body: unknown, headers = {}) {
  const reply = await request(url, { method: 'POST', body: JSON.stringify(body), headers })
  return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text() }
}

const good = { inputs: someRows(1), genome: [1] }

test('a fault is logged with the id that the client got, which learns no more', async (t) => {
  const lines = await logOf(t, ['--log'], async (url) => {
    const reply = await post(`${url}/infer`, failing, { 'x-request-id': 'mine-7' })
    t.is(reply.status, 500)
    t.is(reply.headers['x-request-id'], 'mine-7')
    t.deepEqual(JSON.parse(reply.text), {
      error: 'The model could not be run on this input.',
      code: 'INTERNAL',
    })
    t.is((await post(`${url}/infer`, good)).status, 200)
  })
  const faults = lines.filter(({ level }) => level >= 50)
  t.is(faults.length, 1)
  t.is(faults[0].reqId, 'mine-7')
  t.regex(faults[0].err?.message ?? '', /out of bounds|Gather/i)
  t.like(lines.at(-1), { msg: 'stopped', answered: 1 })
})

test('loads are logged, and requests are not unless asked for', async (t) => {
  const asks = async (url: string) => {
    const file = Buffer.from(exportOnnx(smallGenome())).toString('base64')
    const parameters = { 'file:1/model.onnx': file }
    await post(`${url}/v2/repository/models/x/load`, { parameters }, { 'x-request-id': 'load-1' })
    for (let count = 0; count < 5; count += 1) await post(`${url}/infer`, good)
    await post(`${url}/infer`, {})
    await post(`${url}/v2/repository/models/x/unload`, {})
  }
  const lines = await logOf(t, ['--log'], asks)
  t.deepEqual(
    lines.filter(({ reqId }) => reqId !== undefined).map(({ msg, model }) => [msg, model]),
    [
      ['model loaded', 'x'],
      ['model unloaded', 'x'],
    ],
  )
  t.is(lines.find(({ msg }) => msg === 'model loaded')?.reqId, 'load-1')
  const all = await logOf(t, ['--log-requests'], asks)
  t.is(all.filter(({ msg }) => msg === 'request completed').length, 8)
  t.deepEqual(await logOf(t, [], asks), [])
})

test("a client's request id comes back; one that cannot be an id is replaced", async (t) => {
  const server = await start(t, { models: [{ name: 'm', genome: smallGenome() }] })
  const ask = async (body: unknown, id?: string) => {
    const headers: Record<string, string> = id === undefined ? {} : { 'x-request-id': id }
    return (await server.post('/infer', body, headers)).headers['x-request-id']
  }
  const rows = { inputs: someRows(1) }
  t.is(await ask(rows, '0af7651916cd43dd-8448'), '0af7651916cd43dd-8448')
  t.is(await ask(rows), undefined)
  t.is(await ask({}, 'a-1'), 'a-1')
  const own = /^[0-9a-f]{8}-\d+$/
  t.regex(String(await ask({})), own)
  for (const bad of ['two words', '{"level":60}', 'x'.repeat(200)]) {
    t.is(await ask(rows, bad), undefined)
    t.regex(String(await ask({}, bad)), own)
  }
})
