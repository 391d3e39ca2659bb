import { createServer as createTcpServer } from 'node:net'
import test from 'ava'
import { NeatBrain } from '#src/brain/neat-brain.js'
import type { RemoteOptions } from '#src/brain/remote-options.js'
import type { NeatronError } from '#src/errors.js'
import { faultyServer, genomes, json, loadedOnFaulty, zeros } from './_faulty-server.js'

/** Quick retries, so that tests are. */
const retry = { baseMs: 1, capMs: 2 }

const answers: [name: string, answer: unknown][] = [
  ['no outputs', {}],
  ['too few rows', { outputs: [] }],
  ['too many rows', { outputs: [[0], [0]] }],
  ['a short row', { outputs: [[]] }],
  ['a long row', { outputs: [[0, 0]] }],
  ['flat numbers', { outputs: [0] }],
  ['a string', { outputs: [['0']] }],
  ['null', { outputs: [[null]] }],
  ['a nested array', { outputs: [[[0]]] }],
  ['a number beyond float32', { outputs: [[1e39]] }],
  ['an array', [[0]]],
  ['a number', 7],
]
for (const [name, answer] of answers) {
  test(`RESPONSE_INVALID: ${name}`, async (t) => {
    const { brain, url } = await loadedOnFaulty(t, (response) => json(response, answer))
    const error = await t.throwsAsync<NeatronError>(brain.infer([1, 2]), {
      code: 'RESPONSE_INVALID',
    })
    t.true(error.message.includes(url))
    t.is(brain.stats().inferCount, 0)
  })
}

const tensor = (fields: object) => ({
  outputs: [{ name: 'outputs', datatype: 'FP32', shape: [1, 1], data: [0], ...fields }],
})
const tensors: [name: string, answer: unknown][] = [
  ['another name', tensor({ name: 'y' })],
  ['another datatype', tensor({ datatype: 'FP64' })],
  ['no shape', tensor({ shape: undefined })],
  ['another shape', tensor({ shape: [1] })],
  ['other rows', tensor({ shape: [2, 1], data: [0, 0] })],
  ['too little data', tensor({ data: [] })],
  ['strings', tensor({ data: ['0'] })],
  ['no data', tensor({ data: undefined })],
]
for (const [name, answer] of tensors) {
  test(`RESPONSE_INVALID: a tensor with ${name}`, async (t) => {
    const { brain } = await loadedOnFaulty(t, (response) => json(response, answer), {
      protocol: 'oip',
    })
    await t.throwsAsync(brain.infer([1, 2]), { code: 'RESPONSE_INVALID' })
  })
}

const binaries: [name: string, jsonLength: string, fields: object, bytes: number][] = [
  ['a JSON length beyond the body', '99999', { parameters: { binary_data_size: 4 } }, 4],
  ['a JSON length that is no number', 'x', { parameters: { binary_data_size: 4 } }, 4],
  ['a size that differs from the shape', '', { parameters: { binary_data_size: 8 } }, 8],
  ['a negative size', '', { parameters: { binary_data_size: -4 } }, 4],
  ['fewer bytes than announced', '', { parameters: { binary_data_size: 4 } }, 3],
]
for (const [name, jsonLength, fields, bytes] of binaries) {
  test(`RESPONSE_INVALID: a binary tensor with ${name}`, async (t) => {
    const { brain } = await loadedOnFaulty(
      t,
      (response) => {
        const text = JSON.stringify(tensor({ data: undefined, ...fields }))
        response.setHeader('inference-header-content-length', jsonLength || text.length)
        response.end(Buffer.concat([Buffer.from(text), Buffer.alloc(bytes)]))
      },
      { protocol: 'oip', encoding: 'binary' },
    )
    await t.throwsAsync(brain.infer([1, 2]), { code: 'RESPONSE_INVALID' })
  })
}

for (const size of ['x', -4, 0.5, null]) {
  test(`RESPONSE_INVALID: a tensor before the outputs has ${JSON.stringify(size)} bytes`, async (t) => {
    const { brain } = await loadedOnFaulty(
      t,
      (response) => {
        const before = { name: 'other', parameters: { binary_data_size: size } }
        const after = { ...tensor({}).outputs[0], parameters: { binary_data_size: 4 } }
        const text = JSON.stringify({ outputs: [before, after] })
        response.setHeader('inference-header-content-length', text.length)
        response.end(Buffer.concat([Buffer.from(text), Buffer.alloc(8, 64)]))
      },
      { protocol: 'oip', encoding: 'binary' },
    )
    await t.throwsAsync(brain.infer([1, 2]), { code: 'RESPONSE_INVALID' })
  })
}

const statuses: [status: number, code: string, attempts: number][] = [
  [400, 'SERVER_ERROR', 1],
  [401, 'SERVER_ERROR', 1],
  [404, 'MODEL_NOT_FOUND', 1],
  [408, 'SERVER_BUSY', 5],
  [413, 'REQUEST_TOO_LARGE', 1],
  [422, 'OUTPUT_NOT_FINITE', 1],
  [429, 'SERVER_BUSY', 5],
  [500, 'SERVER_ERROR', 1],
  [502, 'SERVER_BUSY', 5],
  [503, 'SERVER_BUSY', 5],
  [504, 'SERVER_BUSY', 5],
]
for (const [status, code, attempts] of statuses) {
  test(`${code} after ${attempts} attempts: status ${status}`, async (t) => {
    const { brain, inferences } = await loadedOnFaulty(t, (response) =>
      json(response, { error: 'what went wrong' }, status),
    )
    const error = await t.throwsAsync<NeatronError>(brain.infer([1, 2]), { code })
    t.regex(error.message, new RegExp(`${status}: what went wrong`))
    t.is(inferences(), attempts)
    t.like(brain.stats(), { requests: 1, retries: attempts - 1, rows: 1, inferCount: 0 })
  })
}

test('an answer that breaks off is asked again, and is RESPONSE_INVALID in the end', async (t) => {
  const { brain, inferences } = await loadedOnFaulty(t, (response) => {
    response.writeHead(200, { 'content-length': 1000 })
    response.write('{"outputs":', () => response.destroy())
  })
  const error = await t.throwsAsync(brain.infer([1, 2]), { code: 'RESPONSE_INVALID' })
  t.regex(error.message, /broke off after 11 bytes/)
  t.is(inferences(), 5)
})

test('a connection that is reset is asked again', async (t) => {
  const { brain } = await loadedOnFaulty(t, (response, received, nth) => {
    if (nth < 2) response.socket?.resetAndDestroy()
    else json(response, zeros(received))
  })
  t.deepEqual(await brain.infer([1, 2]), new Float32Array(1))
  t.like(brain.stats(), { requests: 1, retries: 2, rows: 1, inferCount: 1 })
})

test('a server that hangs is a REQUEST_TIMEOUT, for all that waits', async (t) => {
  const { brain } = await loadedOnFaulty(t, () => undefined, { timeoutMs: 50 })
  const rows = [1, 2, 3].map((n) => brain.infer([n, n]))
  for (const row of rows) await t.throwsAsync(row, { code: 'REQUEST_TIMEOUT' })
  t.is(brain.stats().requests, 1)
})

test('a server that drips is a REQUEST_TIMEOUT too', async (t) => {
  const { brain } = await loadedOnFaulty(
    t,
    (response) => {
      const drip = setInterval(() => response.write(' '), 10)
      response.on('close', () => clearInterval(drip))
    },
    { timeoutMs: 80 },
  )
  await t.throwsAsync(brain.infer([1, 2]), { code: 'REQUEST_TIMEOUT' })
})

test('a dead server is one clear error', async (t) => {
  const { brain, close, url } = await loadedOnFaulty(t, (response, received) =>
    json(response, zeros(received)),
  )
  await brain.infer([1, 2])
  await close()
  const inputs = new Float32Array(2000)
  const tick = brain.feedForwardRows(new Uint32Array(1000), inputs, new Float32Array(1000), 1000)
  const error = await t.throwsAsync<NeatronError>(async () => tick, { code: 'SERVER_UNREACHABLE' })
  t.true(error.message.includes(url))
  t.regex(error.message, /ECONNREFUSED.*neatron serve.*5 attempts/s)
  const unloadable = NeatBrain.remote({ url, retry })
  await t.throwsAsync(async () => unloadable.load(genomes), { code: 'SERVER_UNREACHABLE' })
  await unloadable.close()
})

test('an endless answer is RESPONSE_INVALID', async (t) => {
  const { brain } = await loadedOnFaulty(t, (response) => {
    const more = () => response.write(Buffer.alloc(2 ** 20), more)
    more()
  })
  const error = await t.throwsAsync(brain.infer([1, 2]), { code: 'RESPONSE_INVALID' })
  t.regex(error.message, /more than 67108864 bytes/)
})

test('what does not speak HTTP is RESPONSE_INVALID', async (t) => {
  const tcp = createTcpServer((socket) =>
    socket.on('error', () => undefined).end('SSH-2.0-nope\r\n'),
  )
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  t.teardown(() => tcp.close())
  const { port } = tcp.address() as { port: number }
  const brain = NeatBrain.remote({ url: `http://127.0.0.1:${port}`, retry })
  await t.throwsAsync(async () => brain.load(genomes), { code: 'RESPONSE_INVALID' })
  await brain.close()
})

test('close rejects what is unanswered', async (t) => {
  const { brain } = await loadedOnFaulty(t, () => undefined, { batch: 2 })
  const rows = [1, 2, 3].map((n) => brain.infer([n, n]))
  const closing = brain.close()
  for (const row of rows) await t.throwsAsync(row, { code: 'BRAIN_CLOSED' })
  await closing
  await brain.close()
  await t.throwsAsync(brain.infer([1, 2]), { code: 'BRAIN_CLOSED' })
  await t.throwsAsync(async () => brain.load(genomes), { code: 'BRAIN_CLOSED' })
})

test('a signal rejects everything with its reason', async (t) => {
  const controller = new AbortController()
  const { brain } = await loadedOnFaulty(t, () => undefined, { signal: controller.signal })
  const rows = [1, 2].map((n) => brain.infer([n, n]))
  controller.abort(new Error('interrupted'))
  for (const row of rows) await t.throwsAsync(row, { message: 'interrupted' })
  await t.throwsAsync(brain.infer([1, 2]), { message: 'interrupted' })
})

test('what cannot be asked is refused before it is sent', async (t) => {
  const { brain, inferences } = await loadedOnFaulty(t, (response, received) =>
    json(response, zeros(received)),
  )
  for (const index of [3, -1, 0.5, Number.NaN]) {
    await t.throwsAsync(brain.infer([1, 2], index), { code: 'GENOME_INDEX' })
  }
  await t.throwsAsync(brain.infer([1]), { code: 'INPUT_LENGTH' })
  await t.throwsAsync(brain.infer([1, Number.NaN]), { code: 'INPUT_NOT_FINITE' })
  await t.throwsAsync(brain.infer([1, 1e39]), { code: 'INPUT_NOT_FINITE' })
  const ask = async (genome: number[], inputs: number[], outputs: number, rows: number) =>
    brain.feedForwardRows(
      Uint32Array.from(genome),
      Float32Array.from(inputs),
      new Float32Array(outputs),
      rows,
    )
  await t.throwsAsync(ask([0, 3], [1, 2, 3, 4], 2, 2), { code: 'GENOME_INDEX' })
  await t.throwsAsync(ask([0], [1, 2, 3, 4], 2, 2), { code: 'GENOME_LENGTH' })
  await t.throwsAsync(ask([0, 0], [1, 2, 3], 2, 2), { code: 'INPUT_LENGTH' })
  await t.throwsAsync(ask([0, 0], [1, 2, 3, 4], 1, 2), { code: 'OUTPUT_LENGTH' })
  await t.throwsAsync(ask([0, 0], [1, 2, Number.POSITIVE_INFINITY, 4], 2, 2), {
    code: 'INPUT_NOT_FINITE',
  })
  await t.throwsAsync(ask([0], [1, 2], 1, -1), { code: 'ROWS_RANGE' })
  await ask([], [], 0, 0)
  t.is(inferences(), 0)
  t.is(brain.stats().rows, 0)
})

test('nothing is answered before load', async (t) => {
  const { url } = await faultyServer(t, () => undefined)
  const brain = NeatBrain.remote({ url })
  await t.throwsAsync(brain.infer([1, 2]), { code: 'BRAIN_NOT_LOADED' })
  await t.throwsAsync(async () => brain.load([]), { code: 'POPULATION_SHAPE' })
  await brain.close()
})

const wrongOptions: [options: object, code: string, message: RegExp][] = [
  [{}, 'ARGUMENT_RANGE', /url/],
  [{ url: 'ftp://x' }, 'ARGUMENT_RANGE', /url.*ftp:\/\/x/],
  [{ url: 'localhost:80' }, 'ARGUMENT_RANGE', /url/],
  [{ url: 'http://x', batchSize: 3 }, 'ARGUMENT_TYPE', /no option batchSize; it knows url, batch/],
  [{ url: 'http://x', batch: 0 }, 'ARGUMENT_RANGE', /batch.*positive integer.*0/],
  [{ url: 'http://x', batch: 1.5 }, 'ARGUMENT_RANGE', /batch/],
  [{ url: 'http://x', batch: 'auto' }, 'ARGUMENT_RANGE', /adaptive/],
  [{ url: 'http://x', maxDelayMs: -1 }, 'ARGUMENT_RANGE', /maxDelayMs/],
  [{ url: 'http://x', concurrency: 0 }, 'ARGUMENT_RANGE', /concurrency/],
  [{ url: 'http://x', protocol: 'grpc' }, 'ARGUMENT_RANGE', /infer.*oip.*grpc/],
  [{ url: 'http://x', encoding: 'binary' }, 'ARGUMENT_RANGE', /encoding/],
  [{ url: 'http://x', modelRepository: 'r', model: '..' }, 'ARGUMENT_RANGE', /folder/],
  [{ url: 'http://x', modelRepository: 'r', model: 'a/b' }, 'ARGUMENT_RANGE', /folder/],
  [{ url: 'http://x', toString: 1 }, 'ARGUMENT_TYPE', /no option toString/],
  [{ url: 'http://x', timeoutMs: 0 }, 'ARGUMENT_RANGE', /timeoutMs/],
  [{ url: 'http://x', retry: 3 }, 'ARGUMENT_RANGE', /retry/],
  [{ url: 'http://x', retry: { attempts: 0 } }, 'ARGUMENT_RANGE', /retry.*attempts/],
  [{ url: 'http://x', retry: { deadlineMs: 0 } }, 'ARGUMENT_RANGE', /retry/],
  [{ url: 'http://x', retry: { retries: 2 } }, 'ARGUMENT_RANGE', /retry.*attempts, baseMs/],
]
for (const [options, code, message] of wrongOptions) {
  test(`options: ${code} for ${JSON.stringify(options)}`, (t) => {
    t.throws(() => NeatBrain.remote(options as RemoteOptions), { code, message })
  })
}
