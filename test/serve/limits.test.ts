import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'ava'
import { Genome } from '#src/genome/genome.js'
import { exportOnnx } from '#src/onnx/export.js'
import { type Client, isAnswer, type Reply, smallGenome, someRows, start } from './harness.js'

const genome = smallGenome()
const models = [{ name: 'm', genome }]

/** Sends single rows, all at once. */
function burst(server: Client, count: number): Promise<Reply[]> {
  return Promise.all(
    someRows(count).map((row) => server.post('/infer', { inputs: [row], model: 'm' })),
  )
}

async function counts(server: Client): Promise<{ rows: number; runs: number }> {
  const [stat] = (await server.get('/v2/models/m/stats')).json.model_stats
  return { rows: stat.inference_count, runs: stat.execution_count }
}

/** Asks until something is so, for ten seconds at most. */
async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('It did not come about within ten seconds.')
  }
}

test('concurrent requests share runs, and get what they would get alone', async (t) => {
  const server = await start(t, { models, maxQueueDelayUs: 20_000, maxBatch: 16 })
  const replies = await burst(server, 64)
  const expected = someRows(64).map((row) => genome.feedForward(row))
  for (const [index, { json }] of replies.entries()) {
    t.true(isAnswer(json.outputs, [expected[index]]))
  }
  const { rows, runs } = await counts(server)
  t.is(rows, 64)
  t.true(runs >= 4 && runs < 64, `${runs} runs`)
})

test('without batching each request has its own run', async (t) => {
  const server = await start(t, { models, batching: false })
  await burst(server, 20)
  t.deepEqual(await counts(server), { rows: 20, runs: 20 })
})

test('a request longer than a run is answered by several', async (t) => {
  const rows = someRows(50)
  for (const batching of [true, false]) {
    const server = await start(t, { models, maxBatch: 8, batching })
    const replies = await Promise.all([
      server.post('/infer', { inputs: rows }),
      server.post('/infer', { inputs: rows.slice(3, 24) }),
    ])
    const expected = rows.map((row) => genome.feedForward(row))
    t.true(isAnswer(replies[0].json.outputs, expected))
    t.true(isAnswer(replies[1].json.outputs, expected.slice(3, 24)))
  }
})

test.serial('a full queue answers 429 and says when to come again', async (t) => {
  const server = await start(t, { models, maxQueue: 4, maxQueueDelayUs: 1_000_000 })
  const replies = await burst(server, 12)
  const full = replies.filter(({ status }) => status === 429)
  t.is(full.length, 8)
  t.is(full[0].headers['retry-after'], '1')
  t.is(full[0].json.code, 'QUEUE_FULL')
  t.is(replies.filter(({ status }) => status === 200).length, 4)
})

test.serial(
  'what would wait past its deadline is refused at once, however long the queue',
  async (t) => {
    const genomes = Array.from({ length: 40 }, (_, seed) =>
      Genome.random({ inputs: 3, outputs: 2, hidden: 20, connections: 100, seed }),
    )
    const timeoutMs = 200
    const options = { models: [{ name: 'p', genomes }], maxQueue: 100_000, timeoutMs }
    const server = await start(t, options)
    const rows = 500
    const body = { inputs: someRows(rows), genome: Array.from({ length: rows }, (_, r) => r % 40) }
    for (let run = 0; run < 10; run += 1) await server.post('/infer', body)
    const began = performance.now()
    for (let run = 0; run < 10; run += 1) await server.post('/infer', body)
    const each = (performance.now() - began) / 10
    // So many that they would take ten times the deadline, were they all let in.
    const count = Math.ceil((10 * timeoutMs) / each)
    const replies = await Promise.all(
      Array.from({ length: count }, () => server.post('/infer', body)),
    )
    const refused = replies.filter(({ status }) => status === 429)
    t.true(refused.length > 0, `${count} requests of ${each.toFixed(1)} ms`)
    t.regex(refused[0].json.error, /might wait longer than the 200 ms allowed/)
    t.true(replies.some(({ status }) => status === 200))
  },
)

test('a request past its deadline gets 504', async (t) => {
  const server = await start(t, { models, timeoutMs: 1, maxQueueDelayUs: 50_000 })
  const [reply] = await burst(server, 1)
  t.is(reply.status, 504)
  t.regex(reply.json.error, /at most 1 ms/)
})

test('closing answers what was accepted, and takes nothing more', async (t) => {
  const server = await start(t, { models, maxQueueDelayUs: 3_000_000 })
  const replies = burst(server, 8)
  await waitFor(async () =>
    (await server.get('/metrics')).bytes.toString().includes('neatron_waiting_requests 8'),
  )
  await server.close()
  const expected = someRows(8).map((row) => genome.feedForward(row))
  for (const [index, { status, json }] of (await replies).entries()) {
    t.is(status, 200)
    t.true(isAnswer(json.outputs, [expected[index]]))
  }
  await t.throwsAsync(burst(server, 1), { code: 'ECONNREFUSED' })
})

test('a body over the limit gets 413', async (t) => {
  const server = await start(t, { models, maxBodyMb: 0.01 })
  const reply = await server.post('/infer', { inputs: someRows(1000) })
  t.is(reply.status, 413)
  t.regex(reply.json.error, /0\.01 MiB/)
})

test('a compressed body gets 415, an unknown address 404', async (t) => {
  const server = await start(t, { models })
  const headers = { 'content-encoding': 'gzip' }
  t.is((await server.post('/infer', '{}', headers)).status, 415)
  const lost = await server.get('/v3/models')
  t.is(lost.status, 404)
  t.is(lost.json.code, 'ROUTE_UNKNOWN')
  t.is((await server.get('/v2/models/%ZZ')).status, 404)
})

test('what is not HTTP gets 400 and a closed connection', async (t) => {
  const server = await start(t, { models })
  const answer = await new Promise<string>((resolve) => {
    let text = ''
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => resolve(text))
    socket.write('NONSENSE\r\n\r\n')
  })
  t.regex(answer, /^HTTP\/1\.1 400 .*\{"error":"The request is not valid HTTP\."/s)
})

test('whoever sends nonsense and never hangs up does not hold up the end', async (t) => {
  const server = await start(t, { models })
  const socket = connect({
    port: Number(new URL(server.url).port),
    host: '127.0.0.1',
    allowHalfOpen: true,
  })
  t.teardown(() => socket.destroy())
  socket.resume().write('NONSENSE\r\n\r\n')
  await once(socket, 'end')
  await t.notThrowsAsync(server.close())
})

test('loading is off unless allowed', async (t) => {
  const server = await start(t, { models })
  for (const action of ['load', 'unload']) {
    const reply = await server.post(`/v2/repository/models/m/${action}`, {})
    t.is(reply.status, 403)
    t.regex(reply.json.error, /--allow-load/)
  }
})

test('a web page cannot load models on a server without a token', async (t) => {
  const server = await start(t, { allowLoad: true })
  const headers = { origin: 'https://example.org' }
  t.is((await server.post('/v2/repository/models/m/load', {}, headers)).status, 403)
})

const badLoads: readonly [why: string, parameters: unknown, message: RegExp][] = [
  ['no file', {}, /exactly one inline model.*got none/],
  ['two files', { 'file:1/model.onnx': '', 'file:2/model.onnx': '' }, /exactly one/],
  ['another path', { 'file:../../model.onnx': 'AAAA' }, /exactly one/],
  ['no base64', { 'file:1/model.onnx': '!!!' }, /base64/],
  ['a file that is no text', { 'file:1/model.onnx': 5 }, /base64/],
  ['a broken configuration', { config: '{', 'file:1/model.onnx': 'AAAA' }, /config: expected/],
  ['bytes that are no model', { 'file:1/model.onnx': 'aGVsbG8gd29ybGQ=' }, /not an ONNX model/],
]

for (const [why, parameters, message] of badLoads) {
  test(`refuses to load ${why}`, async (t) => {
    const server = await start(t, { allowLoad: true })
    const reply = await server.post('/v2/repository/models/x/load', { parameters })
    t.is(reply.status, 400)
    t.regex(reply.json.error, message)
    t.is((await server.get('/v2/health/ready')).status, 200)
  })
}

test('refuses a model cut off at any place', async (t) => {
  const server = await start(t, { allowLoad: true })
  const bytes = exportOnnx(genome)
  for (let length = 1; length < bytes.length; length += 97) {
    const file = Buffer.from(bytes.subarray(0, length)).toString('base64')
    const parameters = { 'file:1/model.onnx': file }
    const reply = await server.post('/v2/repository/models/x/load', { parameters })
    t.is(reply.status, 400)
    t.is(reply.json.code, 'MODEL_REFUSED')
  }
})

test('a token is needed for everything but health', async (t) => {
  const token = 'a-token-of-some-length'
  const server = await start(t, { models, token, allowLoad: true })
  const asked = { inputs: someRows(1) }
  for (const authorization of ['', 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`]) {
    for (const path of ['/infer', '/v2/models/m/infer', '/v2/repository/models/m/load']) {
      const reply = await server.post(path, asked, { authorization })
      t.is(reply.status, 401)
      t.is(reply.headers['www-authenticate'], 'Bearer')
    }
    t.is((await server.get('/metrics', { authorization })).status, 401)
  }
  t.is((await server.post('/infer', asked, { authorization: `Bearer ${token}` })).status, 200)
  t.is((await server.get('/v2/health/ready')).status, 200)
})

test.serial('closing answers what was accepted, and nothing after', async (t) => {
  const server = await start(t, { models, maxQueueDelayUs: 1_000_000 })
  const accepted = burst(server, 10)
  await waitFor(async () => {
    const metrics = (await server.get('/metrics')).bytes.toString()
    return metrics.includes('neatron_waiting_requests 10')
  })
  const closed = server.close()
  const replies = await accepted
  t.true(replies.every(({ status }) => status === 200))
  await closed
  await t.throwsAsync(server.get('/v2/health/ready'))
})

test('metrics count runs, rows and refusals', async (t) => {
  const server = await start(t, { models })
  await server.post('/infer', { inputs: someRows(3) })
  await server.post('/infer', { inputs: [] })
  const text = (await server.get('/metrics')).bytes.toString()
  t.regex(text, /neatron_batch_rows_sum\{model="m"\} 3/)
  t.regex(text, /neatron_infer_duration_seconds_count\{model="m"\} 1/)
  t.regex(text, /neatron_queue_duration_seconds_count\{model="m"\} 1/)
  t.regex(text, /neatron_rejected_requests_total\{code="BODY_INVALID"\} 1/)
  t.regex(text, /neatron_sessions 1/)
  t.regex(text, /process_cpu_seconds_total [\d.]+/)
})

test('sessions beyond the limit are closed and opened again when needed', async (t) => {
  const genomes = [1, 2, 3].map(smallGenome)
  const server = await start(t, {
    models: genomes.map((genome, index) => ({ name: `m${index}`, genome })),
    maxSessionMb: 0.6,
  })
  const [row] = someRows(1)
  for (const index of [0, 1, 2, 0, 2, 1]) {
    const reply = await server.post('/infer', { inputs: [row], model: `m${index}` })
    t.true(isAnswer(reply.json.outputs, [genomes[index].feedForward(row)]))
    const text = (await server.get('/metrics')).bytes.toString()
    t.regex(text, /neatron_sessions 2/)
  }
})
