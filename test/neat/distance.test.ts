import test from 'ava'
import type { Genome } from '#src/genome/genome.js'
import { type Config, completeConfig } from '#src/neat/config.js'
import { Distance } from '#src/neat/distance.js'
import { beginEvolution, Evolution } from '#src/neat/evolution.js'
import { Random } from '#src/neat/random.js'
import { type Gene, genesOf, genomeOf } from './genes.js'

function distance(a: Genome, b: Genome, config: Config, limit?: number): number {
  const measure = new Distance(config)
  measure.from(a)
  return measure.to(b, limit)
}

// Figure 4 of the paper: genes 1 to 5 and 8 against 1 to 7, 9 and 10.
const one = genomeOf([
  [1, 0, 2, 1],
  [2, 1, 2, 1, 'off'],
  [3, 0, 3, 1],
  [4, 1, 3, 1],
  [5, 3, 2, 1],
  [8, 0, 5, 1],
])
const two = genomeOf([
  [1, 0, 2, 2],
  [2, 1, 2, 1, 'off'],
  [3, 0, 3, 1],
  [4, 1, 3, 1],
  [5, 3, 2, 2, 'off'],
  [6, 3, 4, 1],
  [7, 4, 2, 1],
  [9, 1, 4, 1],
  [10, 0, 4, 1],
])

test('excess, disjoint and matching genes are told apart', (t) => {
  const parts = (excess: number, disjoint: number, weight: number) =>
    completeConfig({
      excessCoefficient: excess,
      disjointCoefficient: disjoint,
      weightCoefficient: weight,
    })
  t.is(distance(one, two, parts(1, 0, 0)), 2)
  t.is(distance(one, two, parts(0, 1, 0)), 3)
  t.is(distance(one, two, parts(0, 0, 1)), 2 / 5)
  t.is(distance(two, one, completeConfig()), 5 + 0.4 * (2 / 5))
  t.is(distance(two, two, completeConfig()), 0)
})

test('from smallGenome genes on, excess and disjoint genes are divided by the larger number', (t) => {
  t.is(distance(one, two, completeConfig({ smallGenome: 10, weightCoefficient: 0 })), 5)
  t.is(distance(one, two, completeConfig({ smallGenome: 9, weightCoefficient: 0 })), 5 / 9)
})

test('genomes without connections are alike', (t) => {
  t.is(distance(genomeOf([]), genomeOf([]), completeConfig()), 0)
  const genes: Gene[] = [[0, 0, 2, 1]]
  t.is(distance(genomeOf(genes), genomeOf([]), completeConfig()), 1)
})

/** The definition, without a thought for speed. */
function reference(a: Genome, b: Genome, config: Config): number {
  const [one, two] = [a, b].map((genome) => new Map(genesOf(genome).map((gene) => [gene[0], gene])))
  const last = Math.min(Math.max(-1, ...one.keys()), Math.max(-1, ...two.keys()))
  const unmatched = [...one.keys(), ...two.keys()].filter((n) => !one.has(n) || !two.has(n))
  const excess = unmatched.filter((n) => n > last).length
  const differences = [...one.values()].flatMap(([n, , , weight]) => {
    const other = two.get(n)
    return other === undefined ? [] : [Math.abs(weight - other[3])]
  })
  const larger = Math.max(one.size, two.size)
  const n = larger < config.smallGenome ? 1 : larger
  const structure =
    config.excessCoefficient * excess + config.disjointCoefficient * (unmatched.length - excess)
  const sum = differences.reduce((total, value) => total + value, 0)
  return structure / n + (config.weightCoefficient * sum) / Math.max(1, differences.length)
}

test('one genome is compared with many as the definition says, up to a limit', (t) => {
  const config = completeConfig({
    population: 60,
    addNode: 0.3,
    addConnection: 0.4,
    excessCoefficient: 0.7,
    disjointCoefficient: 1.3,
    weightCoefficient: 2,
  })
  const evolution = new Evolution(config, 1, beginEvolution(4, 3, config, 1))
  const random = new Random(2)
  const measure = new Distance(config)
  for (let generation = 0; generation < 40; generation++) {
    const { genomes } = evolution.state
    for (const origin of generation % 8 === 7 ? genomes.slice(0, 10) : []) {
      measure.from(origin)
      for (const genome of genomes) {
        const exact = measure.to(genome)
        // JSON gives weights as the shortest decimals that are the same f32.
        t.true(Math.abs(exact - reference(origin, genome, config)) < 1e-6)
        const limit = random.uniform(0, 12)
        t.is(measure.to(genome, limit) < limit, exact < limit)
      }
    }
    evolution.advance(Float64Array.from(genomes, () => random.next()))
  }
  t.true(evolution.state.genomes.some((genome) => genome.connectionCount > 40))
})

test('genomes of many connections are compared too', (t) => {
  const genes = Array.from({ length: 300 }, (_, n): Gene => [n * 1024, 0, 3 + n, 1])
  const shifted = genes.map(([n, from, to]): Gene => [n + 512, from, to, 1])
  t.is(distance(genomeOf(genes), genomeOf(genes), completeConfig()), 0)
  t.is(distance(genomeOf(genes), genomeOf(shifted), completeConfig()), 2)
})
