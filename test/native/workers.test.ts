import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { Genome } from '#src/genome/genome.js'

const genome = Genome.random({ inputs: 3, outputs: 2, hidden: 30, seed: 3 })
const row = [0.1, -0.2, 0.3]

/** A worker that runs `body` with `Genome`, `Population` and `data` in scope. */
const start = (body: string) =>
  new Worker(
    `const { parentPort, workerData: data } = require('node:worker_threads')
     import('neatron').then(async ({ Genome, Population }) => { ${body} })`,
    { eval: true, workerData: { json: genome.toJSON(), row }, execArgv: [] },
  )

test('workers compute the same bits side by side', async (t) => {
  const workers = Array.from({ length: 4 }, () =>
    start('parentPort.postMessage(Genome.fromJSON(data.json).feedForward(data.row))'),
  )
  const expected = genome.feedForward(row)
  for (const [outputs] of await Promise.all(workers.map((worker) => once(worker, 'message')))) {
    t.deepEqual(outputs, expected)
  }
  await Promise.all(workers.map((worker) => worker.terminate()))
})

test('a worker may end with networks, bound functions and batches under way', async (t) => {
  const worker = start(`
    const genome = Genome.fromJSON(data.json)
    const network = genome.compile()
    const rows = 200000
    globalThis.kept = [network.bind(new Float32Array(3), new Float32Array(2)), network]
    kept.push(Population.compile([genome, genome]))
    kept[2].feedForward()
    for (let batch = 0; batch < 4; batch++) {
      network.feedForwardBatchAsync(new Float32Array(3 * rows), new Float32Array(2 * rows), rows)
    }
    parentPort.postMessage('started')
  `)
  await once(worker, 'message')
  t.is(await worker.terminate(), 1)
  t.deepEqual(genome.feedForward(row).length, 2)
})

test('a worker may end by itself while a batch is under way', async (t) => {
  const worker = start(`
    const network = Genome.fromJSON(data.json).compile()
    network.feedForwardBatchAsync(new Float32Array(300000), new Float32Array(200000), 100000)
    process.exit(3)
  `)
  t.deepEqual(await once(worker, 'exit'), [3])
})
