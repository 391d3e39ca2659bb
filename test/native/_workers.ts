/**
 * Starts workers four at a time, all busy with every kind of native call, and terminates them in
 * the middle of it, after ever other times. Prints how many there were; a crash ends it sooner.
 */
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { Genome } from '#src/genome/genome.js'

const WAVES = Number(process.argv[2])
const genome = Genome.random({ inputs: 8, outputs: 4, hidden: 16, connections: 100, seed: 1 })

const BUSY = `
  const { parentPort, workerData } = require('node:worker_threads')
  import('neatron').then(async ({ Genome, Population }) => {
    const genome = Genome.fromWords(workerData)
    const rows = 20000
    const [inputs, outputs] = [new Float32Array(8 * rows), new Float32Array(4 * rows)]
    const networks = [false, true].map((recurrent) => genome.compile({ recurrent }))
    const genomes = Array(2000).fill(genome)
    const bound = networks[0].bind(inputs.subarray(0, 8), outputs.subarray(0, 4))
    parentPort.postMessage('busy')
    for (;;) {
      const batches = [networks[0], networks[0], networks[1]].map((network) =>
        network.feedForwardBatchAsync(inputs, outputs, rows))
      for (const recurrent of [false, true]) {
        const population = Population.compile(genomes, { recurrent })
        for (let call = 0; call < 4; call++) population.feedForward()
        bound()
      }
      await Promise.all(batches)
    }
  })`

let ended = 0
for (let wave = 0; wave < WAVES; wave++) {
  const workers = Array.from(
    { length: 4 },
    () => new Worker(BUSY, { eval: true, workerData: genome.words, execArgv: [] }),
  )
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  await Promise.all(
    workers.map(async (worker, at) => {
      await setTimeout((7 * wave + 13 * at) % 40)
      await worker.terminate()
      ended++
    }),
  )
  // The environment that is left still computes.
  genome.compile().feedForward(new Float32Array(8), new Float32Array(4))
}
console.log(ended)
