import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
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
  await worker.terminate()
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

test('workers may come and go where the main thread never loads the addon', (t) => {
  // Node unloads an addon with the last environment that uses it; its threads must survive that.
  const script = `
    const { Worker } = require('node:worker_threads')
    const { once } = require('node:events')
    const body = \`import('neatron').then(({ Genome, Population }) => {
      const genome = Genome.random({ inputs: 8, outputs: 4, hidden: 16, connections: 100, seed: 1 })
      const population = Population.compile(Array(3000).fill(genome))
      for (let call = 0; call < 5; call++) population.feedForward()
      const rows = 50000
      const [inputs, outputs] = [new Float32Array(8 * rows), new Float32Array(4 * rows)]
      genome.compile().feedForwardBatchAsync(inputs, outputs, rows)
      require('node:worker_threads').parentPort.postMessage(population.outputs.length)
    })\`
    async function main() {
      for (let turn = 0; turn < 3; turn++) {
        const worker = new Worker(body, { eval: true })
        await once(worker, 'message')
        await worker.terminate()
      }
      console.log('survived')
    }
    main()`
  const { stdout, status } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
  t.deepEqual({ stdout, status }, { stdout: 'survived\n', status: 0 })
})

test('workers may be terminated amid batches and population runs, many times', (t) => {
  const script = fileURLToPath(new URL('_workers.ts', import.meta.url))
  const { stdout, stderr, status, signal } = spawnSync(
    process.execPath,
    ['--import=tsx', script, '8'],
    { encoding: 'utf8' },
  )
  t.deepEqual(
    { stdout, stderr, status, signal },
    { stdout: '32\n', stderr: '', status: 0, signal: null },
  )
})
