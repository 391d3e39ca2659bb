import test from 'ava'
import fc from 'fast-check'
import { Genome } from '#src/genome/genome.js'
import { Population } from '#src/genome/population.js'
import { completeConfig } from '#src/neat/config.js'
import { beginEvolution, Evolution } from '#src/neat/evolution.js'
import { Random } from '#src/neat/random.js'

/** Structure grows fast under these, so that few generations meet every case. */
const growth = { population: 40, addNode: 0.4, addConnection: 0.6, interspeciesMating: 0.1 }

function checkGenome(t: { true(value: boolean, message?: string): void }, genome: Genome): void {
  // Compiling refuses cycles, unknown nodes and repeated numbers.
  const { nodes, connections } = Genome.fromJSON(genome.toJSON()).toJSON()
  const sorted = (numbers: number[]) => numbers.every((n, i) => i === 0 || n > numbers[i - 1])
  t.true(sorted(connections.map(({ innovation }) => innovation)))
  t.true(sorted(nodes.filter(({ kind }) => kind === 'hidden').map(({ id }) => id)))
  const pairs = new Set(connections.map(({ from, to }) => `${from}-${to}`))
  t.true(pairs.size === connections.length)
  t.true(connections.every(({ weight }) => Math.abs(weight) <= 8))
}

test('whatever the fitness, genomes stay whole, sorted, acyclic and as many', (t) => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom('full', 'minimal', 'none'),
      fc.constantFrom('unit', 'none'),
      // Few distinct values, so that ties are as frequent as differences.
      fc.integer({ min: 1, max: 50 }),
      (seed, initialTopology, bias, values) => {
        const config = completeConfig({ ...growth, initialTopology, bias })
        const evolution = new Evolution(config, seed, beginEvolution(3, 2, config, seed))
        const random = new Random(seed, 99)
        for (let generation = 0; generation < 12; generation++) {
          const { genomes, speciation } = evolution.state
          t.is(genomes.length, 40)
          Population.compile(genomes).dispose()
          const members = speciation.species.flatMap((one) => one.members)
          t.deepEqual(
            members.toSorted((a, b) => a - b),
            [...genomes.keys()],
          )
          const fitness = Float64Array.from(genomes, () => random.below(values))
          evolution.advance(fitness)
        }
        for (const genome of evolution.state.genomes) checkGenome(t, genome)
      },
    ),
    { numRuns: 30 },
  )
})

test('connections between the same two nodes made in one generation match', (t) => {
  const config = completeConfig({ ...growth, addNode: 0, initialTopology: 'none' })
  const evolution = new Evolution(config, 1, beginEvolution(3, 2, config, 1))
  evolution.advance(new Float64Array(40).fill(1))
  const byPair = new Map<string, Set<number>>()
  for (const genome of evolution.state.genomes) {
    for (const { from, to, innovation } of genome.toJSON().connections) {
      const pair = `${from}-${to}`
      byPair.set(pair, (byPair.get(pair) ?? new Set()).add(innovation))
    }
  }
  t.true(byPair.size > 3)
  for (const numbers of byPair.values()) t.is(numbers.size, 1)
})

test('the champion of a species over five survives unchanged', (t) => {
  const config = completeConfig({ population: 30, compatibilityThreshold: 1e9 })
  const evolution = new Evolution(config, 1, beginEvolution(3, 2, config, 1))
  const fitness = new Float64Array(30)
  fitness[17] = 1
  const champion = evolution.state.genomes[17]
  evolution.advance(fitness)
  t.true(evolution.state.genomes.includes(champion))
})

test('the bias unit is a node of constant 1 within the genome', (t) => {
  const config = completeConfig({ population: 2 })
  const [genome] = beginEvolution(2, 1, config, 1).genomes
  const json = genome.toJSON()
  t.is(genome.inputSize, 2)
  t.deepEqual(json.nodes[3], { id: 3, kind: 'hidden', activation: 'identity', bias: 1 })
  const bias = json.connections.find(({ from }) => from === 3)
  const expected = 1 / (1 + Math.exp(-4.9 * (bias?.weight ?? 0)))
  t.true(Math.abs(genome.feedForward([0, 0])[0] - expected) < 1e-6)
})
