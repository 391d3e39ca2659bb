/**
 * Evolution against neataptic's, on XOR, in one process, interleaved: generations a second of a
 * warm run, where a generation's time goes, and the time to solve.
 *
 *     npm run bench:evolve
 */
import Table from 'cli-table3'
import { evolve, type GenerationReport, Random, type Task, tasks } from 'neatron'
import { meanConnections, neatapticXor, solves } from './neataptic.js'

const ROUNDS = 5
const WARM_UP = 50
const GENERATIONS = 100
const SOLVE_SEEDS = 10
const SOLVE_GENERATIONS = 200

/** XOR without an end, so that a run has its full length. */
const endless: Task = {
  ...tasks.xor,
  test: undefined,
  targetFitness: Infinity,
  start(genomes, random) {
    const simulation = tasks.xor.start(genomes, random)
    simulation.candidate = () => false
    return simulation
  },
}

interface Speed {
  generationsPerSecond: number
  connections: number
  /** Milliseconds of a generation. */
  times: Record<keyof GenerationReport['times'], number>
}

async function neatronSpeed(population: number, seed: number): Promise<Speed> {
  const times = { load: 0, evaluate: 0, test: 0, reproduce: 0 }
  let began = 0
  let connections = 0
  await evolve({
    task: endless,
    seed,
    population,
    generations: WARM_UP + GENERATIONS,
    onGeneration(report) {
      if (report.generation < WARM_UP) {
        began = performance.now()
        return
      }
      connections += report.meanConnections / GENERATIONS
      for (const key of Object.keys(times) as (keyof typeof times)[]) {
        times[key] += report.times[key] / GENERATIONS
      }
    },
  })
  const seconds = (performance.now() - began) / 1000
  return { generationsPerSecond: GENERATIONS / seconds, connections, times }
}

async function neatapticSpeed(
  population: number,
  seed: number,
  maxConnections: number,
): Promise<Omit<Speed, 'times'>> {
  seedMathRandom(seed)
  const neat = neatapticXor(population, maxConnections, true)
  for (let n = 0; n < WARM_UP; n++) await neat.evolve()
  let connections = 0
  const began = performance.now()
  for (let n = 0; n < GENERATIONS; n++) {
    await neat.evolve()
    connections += meanConnections(neat) / GENERATIONS
  }
  const seconds = (performance.now() - began) / 1000
  return { generationsPerSecond: GENERATIONS / seconds, connections }
}

/** neataptic draws from Math.random: a seed makes its runs repeatable. */
function seedMathRandom(seed: number): void {
  const random = new Random(seed)
  Math.random = () => random.next()
}

interface Solved {
  solved: boolean
  ms: number
}

async function neatronSolve(population: number, seed: number): Promise<Solved> {
  const began = performance.now()
  const task = tasks.xor
  const { solved } = await evolve({ task, seed, population, generations: SOLVE_GENERATIONS })
  return { solved, ms: performance.now() - began }
}

async function neatapticSolve(population: number, seed: number, max: number): Promise<Solved> {
  seedMathRandom(seed)
  const began = performance.now()
  const neat = neatapticXor(population, max)
  for (let n = 0; n < SOLVE_GENERATIONS; n++) {
    await neat.evaluate()
    if (neat.population.some(solves)) return { solved: true, ms: performance.now() - began }
    await neat.evolve()
  }
  return { solved: false, ms: performance.now() - began }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]

const speeds = new Table({
  head: ['XOR, population', 'library', 'generations/s', 'connections', 'times'],
  style: { head: [], border: [] },
})
const parts = new Table({
  head: ['population', 'load', 'evaluate', 'test', 'reproduce', 'reproduce a child'],
  style: { head: [], border: [] },
})
const solving = new Table({
  head: ['XOR, population', 'library', 'solved', 'median ms to solve', 'times'],
  style: { head: [], border: [] },
})

for (const population of [150, 1000]) {
  const ours: Speed[] = []
  const theirs: Omit<Speed, 'times'>[] = []
  // One more round first, for the compilers, and to know how large networks get.
  const maxConnections = Math.ceil((await neatronSpeed(population, 0)).connections)
  await neatapticSpeed(population, 0, maxConnections)
  for (let round = 1; round <= ROUNDS; round++) {
    ours.push(await neatronSpeed(population, round))
    theirs.push(await neatapticSpeed(population, round, maxConnections))
  }
  const speed = median(ours.map((one) => one.generationsPerSecond))
  const theirSpeed = median(theirs.map((one) => one.generationsPerSecond))
  const connections = (all: { connections: number }[]) =>
    median(all.map((one) => one.connections)).toFixed(1)
  speeds.push(
    [population, 'neatron', speed.toFixed(0), connections(ours), ''],
    ['', 'neataptic', theirSpeed.toFixed(0), connections(theirs), (speed / theirSpeed).toFixed(1)],
  )
  const part = (key: keyof Speed['times']) => median(ours.map(({ times }) => times[key]))
  parts.push([
    population,
    ...(['load', 'evaluate', 'test', 'reproduce'] as const).map(
      (key) => `${(part(key) * 1000).toFixed(0)} us`,
    ),
    `${((part('reproduce') * 1000) / population).toFixed(2)} us`,
  ])

  const ourSolved: Solved[] = []
  const theirSolved: Solved[] = []
  for (let seed = 1; seed <= SOLVE_SEEDS; seed++) {
    ourSolved.push(await neatronSolve(population, seed))
    theirSolved.push(await neatapticSolve(population, seed, maxConnections))
  }
  // A run that fails counts with the time it took to fail, which flatters it.
  const ms = median(ourSolved.map((one) => one.ms))
  const theirMs = median(theirSolved.map((one) => one.ms))
  const count = (all: Solved[]) => `${all.filter((one) => one.solved).length} of ${SOLVE_SEEDS}`
  solving.push(
    [population, 'neatron', count(ourSolved), ms.toFixed(1), ''],
    ['', 'neataptic', count(theirSolved), theirMs.toFixed(1), (theirMs / ms).toFixed(1)],
  )
}

console.log(speeds.toString())
console.log(`A generation of neatron, median of ${ROUNDS} rounds:`)
console.log(parts.toString())
console.log(solving.toString())
