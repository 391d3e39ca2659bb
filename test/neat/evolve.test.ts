import test from 'ava'
import { NeatronError } from '#src/errors.js'
import { Population } from '#src/genome/population.js'
import { type EvolveOptions, evolve } from '#src/neat/evolve.js'
import { tasks } from '#src/tasks/index.js'
import type { Task } from '#src/tasks/task.js'
import { evolveInProcess, hashOf } from './runs.js'

const { xor } = tasks
const cartPole = tasks['cart-pole']

async function hashes(options: Omit<EvolveOptions, 'brain'>): Promise<string[]> {
  const all: string[] = []
  await evolveInProcess({ ...options, onGeneration: (report) => void all.push(hashOf(report)) })
  return all
}

for (const seed of [1, 2, 3]) {
  test(`XOR is solved with seed ${seed}`, async (t) => {
    const result = await evolveInProcess({ task: xor, seed })
    t.true(result.solved)
    t.is(result.evaluations, result.generations * 150)
    for (const [a, b] of [0, 1, 2, 3].map((n) => [n >> 1, n & 1])) {
      t.is(result.champion.feedForward([a, b])[0] > 0.5, a !== b)
    }
  })

  test(`the cart is balanced with seed ${seed}`, async (t) => {
    const result = await evolveInProcess({ task: cartPole, seed, generations: 50 })
    t.deepEqual(cartPole.test?.(result.champion), { solved: true, passed: 100, episodes: 100 })
  })
}

test('a seed decides the whole run', async (t) => {
  const options = { task: tasks['parity-4'], generations: 15, population: 60 }
  const first = await hashes({ ...options, seed: 8 })
  t.is(first.length, 15)
  t.deepEqual(await hashes({ ...options, seed: 8 }), first)
  t.notDeepEqual(await hashes({ ...options, seed: 9 }), first)
})

test('a brain that answers later, row by row, gives the same run', async (t) => {
  const options = { task: cartPole, seed: 3, generations: 2, population: 40 }
  const expected = await hashes(options)
  const all: string[] = []
  let population: Population
  await evolve({
    ...options,
    brain: {
      async load(genomes) {
        population = Population.compile(genomes)
      },
      async feedForwardRows(genome, inputs, outputs, rows) {
        for (let row = rows - 1; row >= 0; row--) {
          const output = outputs.subarray(row, row + 1)
          const input = inputs.subarray(row * 4, row * 4 + 4)
          population.feedForwardRows(genome.subarray(row, row + 1), input, output, 1)
        }
      },
    },
    onGeneration: (report) => void all.push(hashOf(report)),
  })
  t.deepEqual(all, expected)
})

test('rows and ticks are counted, and told of as they happen', async (t) => {
  let rows = 0
  let ticks = 0
  const seen: { rows: number; ticks: number }[] = []
  await evolveInProcess({
    task: cartPole,
    seed: 1,
    generations: 1,
    population: 20,
    onTick(tick) {
      ticks++
      rows += tick.rows
      t.true(tick.simulationNs >= 0 && tick.inferenceNs >= 0)
    },
    onGeneration: (report) => void seen.push(report),
  })
  t.like(seen[0], { rows, ticks })
  t.true(rows > ticks)
})

test('a generation is described', async (t) => {
  await evolveInProcess({
    task: xor,
    seed: 1,
    generations: 3,
    onGeneration(report) {
      t.is(
        report.speciesSizes.reduce((sum, { size }) => sum + size, 0),
        150,
      )
      t.is(report.species, report.speciesSizes.length)
      t.true(report.bestFitness >= report.meanFitness && report.fitnessDeviation >= 0)
      if (report.generation === 0) t.like(report, { meanHidden: 0, meanConnections: 3 })
    },
  })
})

test('what a brain throws ends the run', async (t) => {
  const brain = {
    load() {},
    feedForwardRows() {
      throw new NeatronError('INTERNAL', 'gone')
    },
  }
  await t.throwsAsync(evolve({ task: xor, brain }), { message: 'gone' })
})

test('wrong seeds, configurations and fitnesses are refused', async (t) => {
  for (const seed of [-1, 1.5, 2 ** 32, Number.NaN]) {
    await t.throwsAsync(evolveInProcess({ task: xor, seed }), { code: 'ARGUMENT_RANGE' })
  }
  const config = { stagnation: -1 }
  await t.throwsAsync(evolveInProcess({ task: xor, config }), { code: 'CONFIG_INVALID' })
  for (const fitness of [-1, Number.NaN, Infinity]) {
    const task: Task = {
      ...xor,
      start(genomes, random) {
        const simulation = xor.start(genomes, random)
        simulation.fitness = (into) => void into.fill(fitness)
        return simulation
      },
    }
    await t.throwsAsync(evolveInProcess({ task }), { code: 'FITNESS_INVALID' })
  }
})
