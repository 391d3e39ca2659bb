import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { NeatBrain } from '#src/brain/neat-brain.js'
import type { RemoteOptions } from '#src/brain/remote-options.js'
import { Genome } from '#src/genome/genome.js'
import { evolve } from '#src/neat/evolve.js'
import { createServer } from '#src/serve/server.js'
import { tasks } from '#src/tasks/index.js'
import { faultyServer } from './_faulty-server.js'
import { close, genomes, INPUTS, OUTPUTS, randomRows, remote, serve } from './_remote.js'

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

test('a signal given to training and to its brain interrupts it at once', async (t) => {
  const { url } = await faultyServer(t, () => undefined)
  const abort = new AbortController()
  const brain = NeatBrain.remote({ url, signal: abort.signal })
  t.teardown(() => brain.close())
  const trained = evolve({ task: tasks.xor, brain, seed: 1, signal: abort.signal })
  setTimeout(() => abort.abort(), 100)
  t.like(await trained, { interrupted: true, generations: 0 })
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
