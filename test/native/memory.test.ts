import { readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { Genome } from '#src/genome/genome.js'
import { Population } from '#src/genome/population.js'
import { externalMemory } from '#src/native/addon.js'

const large = Genome.random({ inputs: 64, outputs: 16, hidden: 256, connections: 40_000, seed: 1 })
const file = readFileSync('bench/genomes/4000-layered.json', 'utf8')
const layered = Genome.fromJSON(JSON.parse(file))
const genomes = Array.from({ length: 1000 }, (_, seed) =>
  Genome.random({ inputs: 8, outputs: 4, hidden: 16, connections: 100, seed }),
)

/** What V8 has been told of, array buffers left out. */
const told = () => externalMemory() - process.memoryUsage().arrayBuffers

/** Node itself takes and frees some kilobytes at any time. */
function near(t: ExecutionContext, came: number, expected: number): void {
  t.true(Math.abs(came - expected) < 64_000 + expected / 20, `${came}, not ${expected}`)
}

test.serial(
  'V8 knows what a network takes, with the layout for single rows once it is there',
  (t) => {
    const before = told()
    const network = layered.compile()
    const compiled = network.byteLength
    near(t, told() - before, compiled)
    const call = network.bind(new Float32Array(64), new Float32Array(16))
    for (let count = 0; count < 63; count++) call()
    t.is(network.byteLength, compiled)
    call()
    t.true(network.byteLength > 1.2 * compiled, `${network.byteLength} of ${compiled}`)
    near(t, told() - before, network.byteLength)
  },
)

test.serial('V8 knows what a population takes, with the layout for one row each', (t) => {
  const before = told()
  const population = Population.compile(genomes)
  const compiled = population.byteLength
  near(t, told() - before, compiled)
  for (let count = 0; count < 3; count++) population.feedForward()
  t.true(population.byteLength > 1.2 * compiled)
  near(t, told() - before, population.byteLength)
  population.dispose()
  near(t, told() - before, 0)
  t.throws(() => population.byteLength, { name: 'NeatronError', code: 'POPULATION_DISPOSED' })
})

test.serial('V8 knows of states', async (t) => {
  const before = told()
  const network = large.compile({ recurrent: true })
  const rows = 1000
  const states = 4 * rows * network.stateSize
  const [inputs, outputs] = [new Float32Array(64 * rows), new Float32Array(16 * rows)]
  network.feedForwardBatch(inputs, outputs, rows)
  near(t, told() - before, network.byteLength + states)
  const other = large.compile({ recurrent: true })
  const pending = other.feedForwardBatchAsync(inputs, outputs, rows)
  near(t, told() - before, network.byteLength + other.byteLength + 2 * states)
  await pending
  other.reset()
  near(t, told() - before, network.byteLength + other.byteLength + 2 * states)

  const population = Population.compile(genomes, { recurrent: true })
  const start = told()
  const compiled = population.byteLength
  for (let count = 0; count < 3; count++) population.feedForward()
  near(t, told() - start, population.byteLength - compiled + 4 * 1000 * population.stateSize)
  population.dispose()
  near(t, told() - start, -compiled)
})
