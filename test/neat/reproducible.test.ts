import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { type Brain, evolve, type Network, Population } from 'neatron'
import { scratch } from '../cli/run-cli.js'
import { hashedRun } from './runs.js'
import { hashesOfWholeRuns, WHOLE_RUNS } from './whole-runs.js'

const expected = await hashesOfWholeRuns()

test('the runs are long enough to tell anything', (t) => {
  for (const hashes of Object.values(expected)) {
    t.true(hashes.length >= 2)
    t.is(new Set(hashes).size, hashes.length)
  }
})

/** A brain that asks a population for at most so many rows at once, from the last row to the first. */
function inBatches(size: number): Brain {
  let population: Population
  return {
    load(genomes) {
      population = Population.compile(genomes)
    },
    feedForwardRows(genome, inputs, outputs, rows, slots) {
      const [I, O] = [population.inputSize, population.outputSize]
      for (let end = rows; end > 0; end -= size) {
        const first = Math.max(0, end - size)
        population.feedForwardRows(
          genome.subarray(first, end),
          inputs.subarray(first * I, end * I),
          outputs.subarray(first * O, end * O),
          end - first,
          slots?.subarray(first, end),
        )
      }
    },
  }
}

/** A brain of one network for each genome, each asked by `call`. Recurrent genomes: one for each episode. */
function ofNetworks(
  call: (network: Network, inputs: Float32Array, outputs: Float32Array) => void | Promise<void>,
): Brain {
  let compile: (genome: number) => Network
  let networks: Map<number, Network>
  return {
    load(genomes) {
      compile = (genome) => genomes[genome].compile()
      networks = new Map()
    },
    async feedForwardRows(genome, inputs, outputs, rows, slots) {
      for (let row = 0; row < rows; row++) {
        const key = slots?.[row] ?? genome[row]
        const network = networks.get(key) ?? compile(genome[row])
        networks.set(key, network)
        const { inputSize: I, outputSize: O } = network
        const input = inputs.slice(row * I, (row + 1) * I)
        const output = new Float32Array(O)
        await call(network, input, output)
        outputs.set(output, row * O)
      }
    },
  }
}

const brains: Record<string, () => Brain> = {
  'rows one by one': () => inBatches(1),
  'batches of 7': () => inBatches(7),
  'batches of 64': () => inBatches(64),
  'a network for each genome': () => ofNetworks((network, i, o) => network.feedForward(i, o)),
  'bound networks': () => ofNetworks((network, i, o) => network.bind(i, o)()),
  'batches of one genome': () => ofNetworks((network, i, o) => network.feedForwardBatch(i, o, 1)),
}
for (const [mode, brain] of Object.entries(brains)) {
  test(`${mode}: every generation of every run is the same`, async (t) => {
    t.deepEqual(await hashesOfWholeRuns(() => ({ brain: brain() })), expected)
  })
}

for (const workers of [1, 2, 3]) {
  test(`${workers} worker threads: every generation of every run is the same`, async (t) => {
    t.deepEqual(await hashesOfWholeRuns(() => ({ workers })), expected)
  })
}

for (const stop of [0, 1, 3]) {
  test(`interrupted after ${stop} generations and resumed: every run is the same`, async (t) => {
    for (const name of Object.keys(expected)) {
      const options = { ...WHOLE_RUNS[name], seed: 12 }
      const directory = await scratch(t)
      const controller = new AbortController()
      let complete = 0
      let ticks = 0
      const first = await hashedRun({
        ...options,
        checkpoint: { directory },
        signal: controller.signal,
        onGeneration: () => void complete++,
        onTick: () => {
          if (complete === stop && ++ticks === 1) controller.abort()
        },
      })
      // Evaluated once more after the resumption.
      t.true(first.length <= stop)
      const rest = await hashedRun({ ...options, checkpoint: { directory, resume: true } })
      t.deepEqual([...first, ...rest], expected[name])
    }
  })
}

/** The hashes of a process of its own, or what it said instead. */
async function elsewhere(env: NodeJS.ProcessEnv): Promise<{ hashes?: unknown; stderr: string }> {
  const args = ['--import=tsx', 'test/neat/_hash-runs.ts']
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env } })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const [code] = await once(child, 'close')
  return { stderr, ...(code === 0 && { hashes: JSON.parse(stdout) }) }
}

for (const simd of ['portable', 'avx2', 'avx512']) {
  test(`NEATRON_SIMD=${simd}: every generation of every run is the same`, async (t) => {
    const { hashes, stderr } = await elsewhere({ NEATRON_SIMD: simd })
    if (stderr.includes('SIMD_UNAVAILABLE')) t.pass('this machine has it not')
    else t.deepEqual(hashes, expected, stderr)
  })
}

for (const threads of [1, 4]) {
  test(`RAYON_NUM_THREADS=${threads}: every generation of every run is the same`, async (t) => {
    const { hashes, stderr } = await elsewhere({ RAYON_NUM_THREADS: String(threads) })
    t.deepEqual(hashes, expected, stderr)
  })
}

/** A hash of all genomes of a run of cart-pole. */
async function hashOfGenomes(): Promise<string> {
  const hash = createHash('sha256')
  await evolve({
    ...WHOLE_RUNS.cartPole,
    seed: 12,
    onEvaluated({ genomes }) {
      for (const { words } of genomes) hash.update(words)
    },
  })
  return hash.digest('hex')
}

test("in one of Node's worker threads every generation of a run is the same", async (t) => {
  const { task: _, ...options } = WHOLE_RUNS.cartPole
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     const hash = require('node:crypto').createHash('sha256')
     import('neatron').then(async ({ evolve, tasks }) => {
       await evolve({
         ...${JSON.stringify(options)},
         task: tasks['cart-pole'],
         seed: 12,
         onEvaluated: ({ genomes }) => genomes.forEach(({ words }) => hash.update(words)),
       })
       parentPort.postMessage(hash.digest('hex'))
     })`,
    { eval: true, execArgv: [] },
  )
  const [there] = await once(worker, 'message')
  await worker.terminate()
  t.is(there, await hashOfGenomes())
})
