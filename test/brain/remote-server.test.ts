import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { request } from 'undici'
import { NeatBrain } from '#src/brain/neat-brain.js'
import type { RemoteOptions } from '#src/brain/remote-options.js'
import { Genome } from '#src/genome/genome.js'
import { evolve } from '#src/neat/evolve.js'
import { createServer, type ServerOptions } from '#src/serve/server.js'
import { tasks } from '#src/tasks/index.js'
import { faultyServer } from './_faulty-server.js'

const INPUTS = 3
const OUTPUTS = 2
const genomes = Array.from({ length: 20 }, (_, seed) =>
  Genome.random({ inputs: INPUTS, outputs: OUTPUTS, hidden: 4, connections: 12, seed }),
)

/** Our own server, closed with the test. */
async function serve(t: ExecutionContext, options: ServerOptions = {}) {
  const server = await createServer({ port: 0, allowLoad: true, ...options })
  t.teardown(() => server.close())
  return server
}

/** A brain on that server, closed with the test. */
async function remote(t: ExecutionContext, options: Partial<RemoteOptions> = {}) {
  const { url } = await serve(t)
  const brain = NeatBrain.remote({ url, ...options })
  t.teardown(() => brain.close())
  return { brain, url }
}

/** Rows of random inputs, each for a random genome, with what the genomes answer natively. */
function randomRows(rows: number, seed: number) {
  const values = fc.sample(fc.float({ min: -4, max: 4, noNaN: true }), {
    numRuns: rows * INPUTS,
    seed,
  })
  const genome = Uint32Array.from(
    fc.sample(fc.nat({ max: genomes.length - 1 }), { numRuns: rows, seed }),
  )
  const inputs = Float32Array.from(values)
  const expected = Array.from(genome, (index, row) =>
    genomes[index].feedForward(inputs.subarray(row * INPUTS, (row + 1) * INPUTS)),
  )
  return { rows, genome, inputs, expected, outputs: new Float32Array(rows * OUTPUTS) }
}

/** Within section 6 of the contract: 1e-5 x max(1, |y|). */
function close(t: ExecutionContext, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  t.is(actual.length, expected.length)
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i])
    if (!(error <= 1e-5 * Math.max(1, Math.abs(expected[i]))))
      t.fail(`${actual[i]} is not ${expected[i]}`)
  }
}

const modes: [name: string, options: Partial<RemoteOptions>, requests: (rows: number) => number][] =
  [
    ['single call', { batch: 1 }, (rows) => rows],
    ['batches of 8', { batch: 8 }, (rows) => Math.ceil(rows / 8)],
    ['whole ticks', { batch: 1000 }, () => 1],
    ['4 in flight', { batch: 8, concurrency: 4 }, (rows) => Math.ceil(rows / 8)],
    ['OIP, JSON', { batch: 8, protocol: 'oip', encoding: 'json' }, (rows) => Math.ceil(rows / 8)],
    [
      'OIP, binary',
      { batch: 8, protocol: 'oip', encoding: 'binary' },
      (rows) => Math.ceil(rows / 8),
    ],
    ['OIP, as the server likes', { batch: 1000, protocol: 'oip' }, () => 1],
  ]
for (const [name, options, requests] of modes) {
  test(`a tick is answered as natively, and its counters add up: ${name}`, async (t) => {
    const { brain } = await remote(t, options)
    await brain.load(genomes)
    let asked = 0
    let sent = 0
    for (const rows of [1, 7, 8, 100]) {
      const tick = randomRows(rows, rows)
      await brain.feedForwardRows(tick.genome, tick.inputs, tick.outputs, rows)
      tick.expected.forEach((expected, row) => {
        close(t, tick.outputs.subarray(row * OUTPUTS, (row + 1) * OUTPUTS), expected)
      })
      asked += rows
      sent += requests(rows)
    }
    const taken = brain.takeGeneration()
    t.like(taken, { rows: asked, inferCount: asked, requests: sent, retries: 0 })
    t.is(taken.latencies.call.totalCount, sent)
    t.is(taken.latencies.row.totalCount, asked)
    t.true(taken.httpTimeNs > 0 && taken.httpTimeNs <= taken.inferTimeNs)
    t.true(taken.remoteInferNs! > 0 && taken.remoteInferNs! < taken.httpTimeNs)
    t.like(brain.stats(), { rows: asked, inferCount: asked, requests: sent })
  })
}

test('the adaptive size answers all rows', async (t) => {
  const { brain } = await remote(t, { batch: 'adaptive' })
  await brain.load(genomes)
  const tick = randomRows(2000, 1)
  await brain.feedForwardRows(tick.genome, tick.inputs, tick.outputs, 2000)
  tick.expected.forEach((expected, row) => {
    close(t, tick.outputs.subarray(row * OUTPUTS, (row + 1) * OUTPUTS), expected)
  })
  const { requests, inferCount } = brain.stats()
  t.is(inferCount, 2000)
  t.true(requests < 2000 / 8)
})

test('rows of different genomes, asked one by one, each get their own answer', async (t) => {
  const { brain } = await remote(t, { batch: 8, maxDelayMs: 1 })
  await brain.load(genomes)
  let asked = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 3 }), { maxLength: 30 }),
      fc.nat(),
      async (pauses, seed) => {
        const { genome, inputs, expected } = randomRows(pauses.length, seed)
        const answers: Promise<Float32Array>[] = []
        for (const [row, pause] of pauses.entries()) {
          answers.push(brain.infer(inputs.subarray(row * INPUTS, (row + 1) * INPUTS), genome[row]))
          for (let i = 0; i < pause; i++) await new Promise(setImmediate)
        }
        const all = await Promise.all(answers)
        all.forEach((answer, row) => {
          close(t, answer, expected[row])
        })
        asked += pauses.length
      },
    ),
    { numRuns: 30 },
  )
  const { rows, inferCount, requests } = brain.stats()
  t.is(rows, asked)
  t.is(inferCount, asked)
  t.true(requests >= asked / 8 && requests < asked)
})

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

test('a row that overflows is OUTPUT_NOT_FINITE, those that travel with it are answered', async (t) => {
  const overflowing = Genome.fromJSON({
    format: 'neatron/genome',
    version: 1,
    inputs: INPUTS,
    outputs: OUTPUTS,
    nodes: [
      ...[0, 1, 2].map((id) => ({ id, kind: 'input' })),
      ...[3, 4].map((id) => ({ id, kind: 'output', activation: 'identity', bias: 0 })),
    ],
    connections: [{ innovation: 0, from: 0, to: 3, weight: 3e38, enabled: true }],
  })
  const { brain } = await remote(t, { batch: 4, maxDelayMs: 60_000 })
  await brain.load([genomes[0], overflowing])
  const answers = [0, 1, 0, 0].map((genome) => brain.infer([3, 2, 1], genome))
  await t.throwsAsync(answers[1], { code: 'OUTPUT_NOT_FINITE' })
  for (const row of [0, 2, 3]) close(t, await answers[row], genomes[0].feedForward([3, 2, 1]))
  t.like(brain.stats(), { rows: 4, inferCount: 3 })
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

test('a Unix socket', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'neatron-socket-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const { url } = await serve(t, { socket: join(folder, 'server.sock') })
  t.true(url.startsWith('unix:'))
  const brain = NeatBrain.remote({ url })
  t.teardown(() => brain.close())
  await brain.load(genomes)
  close(t, await brain.infer([1, 2, 3], 4), genomes[4].feedForward([1, 2, 3]))
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

test('a signal given to training and to its brain interrupts it at once', async (t) => {
  const { url } = await faultyServer(t, () => undefined)
  const abort = new AbortController()
  const brain = NeatBrain.remote({ url, signal: abort.signal })
  t.teardown(() => brain.close())
  const trained = evolve({ task: tasks.xor, brain, seed: 1, signal: abort.signal })
  setTimeout(() => abort.abort(), 100)
  t.like(await trained, { interrupted: true, generations: 0 })
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

test('a server killed midway is one clear error', async (t) => {
  const server = await createServer({ port: 0, allowLoad: true })
  const brain = NeatBrain.remote({ url: server.url, batch: 1, retry: { baseMs: 1 } })
  await brain.load(genomes)
  const tick = randomRows(5000, 1)
  const answered = brain.feedForwardRows(tick.genome, tick.inputs, tick.outputs, 5000)
  await server.close()
  await t.throwsAsync(async () => answered, { code: 'SERVER_UNREACHABLE' })
  const { rows, inferCount } = brain.stats()
  t.is(rows, 5000)
  t.true(inferCount < 5000)
  await brain.close()
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
})

test('a server that does not come back is the error it was', async (t) => {
  const server = await createServer({ port: 0, allowLoad: true })
  const brain = NeatBrain.remote({ url: server.url, waitForServerMs: 300, retry: { attempts: 1 } })
  await brain.load(genomes)
  await server.close()
  await t.throwsAsync(brain.infer([1, 2, 3]), { code: 'SERVER_UNREACHABLE' })
  await brain.close()
})
