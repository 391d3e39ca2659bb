import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { request } from 'undici'
import { NeatBrain } from '#src/brain/neat-brain.js'
import { Genome } from '#src/genome/genome.js'
import { createServer } from '#src/serve/server.js'
import { faultyServer } from './_faulty-server.js'
import { close, genomes, OUTPUTS, randomRows, remote, serve } from './_remote.js'

test('a new generation replaces the model, and close takes it away', async (t) => {
  const { brain, url } = await remote(t)
  const models = async () => {
    const { body } = await request(`${url}/v2/repository/index`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    return ((await body.json()) as { name: string; state?: string }[]).filter(
      ({ state }) => state !== 'UNAVAILABLE',
    )
  }
  await brain.load(genomes.slice(0, 2))
  close(t, await brain.infer([1, 2, 3], 1), genomes[1].feedForward([1, 2, 3]))
  await brain.load(genomes.slice(5, 9))
  close(t, await brain.infer([1, 2, 3], 1), genomes[6].feedForward([1, 2, 3]))
  t.is((await models()).length, 1)
  const other = NeatBrain.remote({ url })
  await other.load([genomes[0]])
  close(t, await other.infer([1, 2, 3]), genomes[0].feedForward([1, 2, 3]))
  close(t, await brain.infer([1, 2, 3], 1), genomes[6].feedForward([1, 2, 3]))
  t.is((await models()).length, 2)
  await other.close()
  await brain.close()
  t.deepEqual(await models(), [])
})

test('rows asked before a load are answered by the population before', async (t) => {
  const { brain } = await remote(t, { batch: 8, maxDelayMs: 60_000 })
  await brain.load([genomes[0]])
  const before = brain.infer([1, 2, 3])
  await brain.load([genomes[1]])
  close(t, await before, genomes[0].feedForward([1, 2, 3]))
})

test('a server that loads nothing: SERVER_CANNOT_LOAD', async (t) => {
  const { url } = await serve(t, { allowLoad: false })
  const brain = NeatBrain.remote({ url })
  t.teardown(() => brain.close())
  await t.throwsAsync(async () => brain.load(genomes), {
    code: 'SERVER_CANNOT_LOAD',
    message: /403.*--allow-load/s,
  })
})

for (const protocol of ['infer', 'oip'] as const) {
  test(`a champion that the server has, and a population: ${protocol}`, async (t) => {
    const models = [
      { name: 'champion', genome: genomes[3] },
      { name: 'all', genomes },
    ]
    const { url } = await serve(t, { models, allowLoad: false })
    const brain = NeatBrain.remote({ url, protocol, model: 'champion' })
    close(t, await brain.infer([1, 2, 3]), genomes[3].feedForward([1, 2, 3]))
    await t.throwsAsync(brain.infer([1, 2, 3], 1), { code: 'GENOME_INDEX' })
    await t.throwsAsync(brain.infer([1, 2]), { code: 'INPUT_LENGTH' })
    await brain.close()
    const all = NeatBrain.remote({ url, protocol, model: 'all', batch: 10 })
    const tick = randomRows(25, 1)
    await all.feedForwardRows(tick.genome, tick.inputs, tick.outputs, 25)
    tick.expected.forEach((expected, row) => {
      close(t, tick.outputs.subarray(row * OUTPUTS, (row + 1) * OUTPUTS), expected)
    })
    await t.throwsAsync(all.infer([1, 2, 3], 20), { code: 'SERVER_ERROR', message: /400/ })
    await all.close()
    const none = NeatBrain.remote({ url, protocol, model: 'none' })
    await t.throwsAsync(none.infer([1, 2, 3]), { code: 'MODEL_NOT_FOUND', message: /none/ })
    await none.close()
    const again = NeatBrain.remote({ url, protocol, model: 'champion' })
    close(t, await again.infer([1, 2, 3]), genomes[3].feedForward([1, 2, 3]))
    await again.close()
  })
}

test('a token is sent, and needed', async (t) => {
  const token = 'a-token-of-enough-characters'
  const { url } = await serve(t, { token })
  const brain = NeatBrain.remote({ url, token })
  await brain.load(genomes)
  close(t, await brain.infer([1, 2, 3], 4), genomes[4].feedForward([1, 2, 3]))
  await brain.close()
  const without = NeatBrain.remote({ url })
  await t.throwsAsync(async () => without.load(genomes), {
    code: 'SERVER_CANNOT_LOAD',
    message: /401.*token/s,
  })
  await without.close()
})

test('a model repository is written whole, and taken away at the end', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'neatron-repository-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const { url } = await serve(t)
  const brain = NeatBrain.remote({ url, modelRepository: folder })
  // Our own server takes models in the request only, so it refuses, but by then the folder stands.
  await t.throwsAsync(async () => brain.load(genomes), { code: 'SERVER_CANNOT_LOAD' })
  const [name] = readdirSync(folder)
  t.deepEqual(readdirSync(join(folder, name)).toSorted(), [
    '1',
    'config.pbtxt',
    'model-settings.json',
  ])
  t.deepEqual(readdirSync(join(folder, name, '1')), ['model.onnx'])
  t.regex(
    readFileSync(join(folder, name, 'config.pbtxt'), 'utf8'),
    /backend: "onnxruntime".*dims: \[ -1, 3 \]/s,
  )
  t.is(JSON.parse(readFileSync(join(folder, name, 'model-settings.json'), 'utf8')).name, name)
  await brain.close()
  t.deepEqual(readdirSync(folder), [])
})

test('a model repository that cannot be written: SERVER_CANNOT_LOAD', async (t) => {
  const { url } = await serve(t)
  const brain = NeatBrain.remote({ url, modelRepository: fileURLToPath(import.meta.url) })
  t.teardown(() => brain.close())
  await t.throwsAsync(async () => brain.load(genomes), {
    code: 'SERVER_CANNOT_LOAD',
    message: /model repository.*writable/,
  })
})

test('with waitForServerMs it goes on when the server is back, with the same population', async (t) => {
  const first = await createServer({ port: 0, allowLoad: true })
  const port = Number(new URL(first.url).port)
  const brain = NeatBrain.remote({
    url: first.url,
    batch: 4,
    concurrency: 2,
    waitForServerMs: 20_000,
    retry: { attempts: 1 },
  })
  t.teardown(() => brain.close())
  await brain.load(genomes)
  const tick = randomRows(2000, 1)
  const answered = brain.feedForwardRows(tick.genome, tick.inputs, tick.outputs, 2000)
  await first.close()
  await serve(t, { port })
  await answered
  tick.expected.forEach((expected, row) => {
    close(t, tick.outputs.subarray(row * OUTPUTS, (row + 1) * OUTPUTS), expected)
  })
  t.like(brain.stats(), { rows: 2000, inferCount: 2000, requests: 500 })
  t.true(brain.stats().retries > 0)
})

test('a server that does not come back is the error it was', async (t) => {
  const server = await createServer({ port: 0, allowLoad: true })
  const brain = NeatBrain.remote({ url: server.url, waitForServerMs: 300, retry: { attempts: 1 } })
  await brain.load(genomes)
  await server.close()
  await t.throwsAsync(brain.infer([1, 2, 3]), { code: 'SERVER_UNREACHABLE' })
  await brain.close()
})

test('rows that are asked together learn the shape of a model once', async (t) => {
  const metadata = {
    inputs: [{ name: 'inputs', shape: [-1, 2] }],
    outputs: [{ name: 'outputs', shape: [-1, 1] }],
  }
  let learned = 0
  const server = createHttpServer((request, response) => {
    if (request.url === '/v2/models/m') learned += 1
    const answer = request.url === '/infer' ? { outputs: [[0]] } : metadata
    request.resume().on('end', () => response.end(JSON.stringify(answer)))
  }).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const brain = NeatBrain.remote({ url: `http://127.0.0.1:${port}`, model: 'm' })
  t.teardown(() => brain.close())
  const rows = await Promise.all(Array.from({ length: 20 }, () => brain.infer([1, 2])))
  t.deepEqual(rows, Array(20).fill(Float32Array.of(0)))
  t.is(learned, 1)
})

test('closing ends the wait for the shape of a model', async (t) => {
  const server = createHttpServer(() => undefined).listen(0, '127.0.0.1')
  t.teardown(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const brain = NeatBrain.remote({ url: `http://127.0.0.1:${port}`, model: 'm' })
  const row = brain.infer([1, 2])
  await once(server, 'request')
  await brain.close()
  await t.throwsAsync(row, { code: 'BRAIN_CLOSED' })
})

test('after a load that failed, the model that the server has answers', async (t) => {
  const models = [{ name: 'champion', genome: genomes[0] }]
  const { url } = await serve(t, { allowLoad: false, models })
  const brain = NeatBrain.remote({ url, model: 'champion' })
  t.teardown(() => brain.close())
  const recurrent = Genome.fromJSON({ ...genomes[1].toJSON(), recurrent: true })
  await t.throwsAsync(async () => brain.load([recurrent]), { code: 'SERVER_CANNOT_LOAD' })
  close(t, await brain.infer([1, 2, 3]), genomes[0].feedForward([1, 2, 3]))
})

test('the configuration in a load request tells one model from another', async (t) => {
  const { url, received } = await faultyServer(t, () => undefined)
  const brain = NeatBrain.remote({ url, protocol: 'oip' })
  t.teardown(() => brain.close())
  await brain.load(genomes.slice(0, 2))
  await brain.load(genomes.slice(2, 4))
  await brain.load(genomes.slice(2, 4))
  const configurations = received
    .filter(({ path }) => path.endsWith('/load'))
    .map(({ body }) => JSON.parse(JSON.parse(body).parameters.config))
  t.is(configurations.length, 3)
  t.notDeepEqual(configurations[0], configurations[1])
  t.deepEqual(configurations[1], configurations[2])
})

const loads: [status: number, ready: number, code: string, message: RegExp][] = [
  [400, 200, 'SERVER_CANNOT_LOAD', /400: no; see its log/],
  [413, 200, 'SERVER_CANNOT_LOAD', /--max-body-mb/],
  [429, 200, 'SERVER_BUSY', /429/],
  [500, 200, 'SERVER_CANNOT_LOAD', /--model-repository/],
  [501, 200, 'SERVER_CANNOT_LOAD', /501/],
  [502, 502, 'SERVER_BUSY', /502/],
  [503, 503, 'SERVER_BUSY', /503/],
  [503, 200, 'SERVER_CANNOT_LOAD', /--model-control-mode=explicit/],
]
for (const [status, ready, code, message] of loads) {
  test(`a load answered with ${status} is ${code} when readiness is ${ready}`, async (t) => {
    const server = createHttpServer((request, response) => {
      response.statusCode = request.url === '/v2/health/ready' ? ready : status
      request.resume().on('end', () => response.end('{"error":"no"}'))
    }).listen(0, '127.0.0.1')
    t.teardown(() => server.close().closeAllConnections())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const brain = NeatBrain.remote({ url: `http://127.0.0.1:${port}`, protocol: 'oip' })
    t.teardown(() => brain.close())
    await t.throwsAsync(async () => brain.load(genomes), { code, message })
  })
}
