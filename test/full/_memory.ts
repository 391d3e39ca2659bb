/** Compiles and drops, many times; prints the resident memory after a tenth and at the end. */
import { setTimeout } from 'node:timers/promises'
import { Genome } from '#src/genome/genome.js'
import { Population } from '#src/genome/population.js'
import { exportOnnx } from '#src/onnx/export.js'
import { LARGE_BYTES } from '#src/serve/large.js'
import { ModelThread } from '#src/serve/model-thread.js'
import { ModelRepository } from '#src/serve/repository.js'
import { SessionCache } from '#src/serve/session-cache.js'

const genome = Genome.random({ inputs: 4, outputs: 2, hidden: 8, connections: 40, seed: 1 })
const network = genome.compile()
const inputs = new Float32Array(4)
const outputs = new Float32Array(2)

const sessions = new SessionCache(2 ** 30)
const thread = new ModelThread(sessions)
const repository = new ModelRepository(sessions, thread)
/** Models that are loaded in turns: one that lives in the main thread, and one in the other. */
const models = [undefined, ['x'.repeat(LARGE_BYTES)]].map((ids) => exportOnnx(genome, { ids }))

const cases: Record<string, { cycles: number; run(): void | Promise<void> }> = {
  networks: {
    cycles: 1_000_000,
    run() {
      const network = genome.compile()
      network.bind(inputs, outputs)()
      network.feedForward(inputs, outputs)
    },
  },
  cycles: {
    cycles: 1_000_000,
    run() {
      // The function holds the memory of the array, and the array the function.
      const own = new Float32Array(4) as Float32Array & { call?: () => void }
      own.call = network.bind(own, outputs)
      own.call()
    },
  },
  populations: {
    cycles: 500_000,
    run() {
      const population = Population.compile([genome, genome, genome])
      population.feedForward()
      population.dispose()
    },
  },
  loads: {
    cycles: 2000,
    async run() {
      // As between requests: without a pause now and then buffers wait to be freed.
      await setTimeout(1)
      models.push(models.shift()!)
      await repository.load('m', () => ({ version: '1', bytes: models[0] }))
    },
  },
}

const { cycles, run } = cases[process.argv[2]]
let early = 0
for (let cycle = 1; cycle <= cycles; cycle++) {
  await run()
  // Node frees what was collected between turns of the event loop.
  if (cycle % 500 === 0) await new Promise(setImmediate)
  if (cycle === cycles / 10) early = process.memoryUsage.rss()
}
console.log(JSON.stringify({ early, late: process.memoryUsage.rss() }))
process.exit()
