import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { evolution, evolve, type FitnessFunction, type Genome, NeatBrain, tasks } from 'neatron'
import { scratch } from './cli/run-cli.js'
import { hashedRun, hashOf } from './neat/runs.js'

const ROWS = [0, 1, 2, 3].map((n) => [n >> 1, n & 1])

/** XOR as the task has it, told by a function. */
const xorFitness = (genomes: readonly Genome[]) =>
  genomes.map((genome) => {
    const error = ROWS.reduce(
      (sum, [a, b]) => sum + Math.abs((a ^ b) - genome.feedForward([a, b])[0]),
      0,
    )
    return (4 - error) ** 2
  })
const byFitness = { inputs: 2, outputs: 1, fitness: xorFitness, targetFitness: 15 }

test('generations come one by one, and are those of evolve', async (t) => {
  const options = { task: tasks.xor, seed: 4, population: 40, generations: 8 }
  const expected: string[] = []
  const result = await evolve({
    ...options,
    onGeneration: (one) => void expected.push(hashOf(one)),
  })
  t.is(expected.length, 8)
  const run = evolution(options)
  for (const hash of expected) t.is(hashOf((await run.next()).value as never), hash)
  t.deepEqual(await run.next(), { done: true, value: result })
})

test('a generation is computed when it is asked for, and not before', async (t) => {
  let evaluated = 0
  const run = evolution({ task: tasks.xor, population: 20, onEvaluated: () => void evaluated++ })
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.is(evaluated, 0)
  await run.next()
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.is(evaluated, 1)
  await run.return(undefined as never)
})

test('a break leaves a checkpoint to go on from, and the own brain closed', async (t) => {
  const directory = await scratch(t)
  const options = { task: tasks['cart-pole'], seed: 9, population: 20, generations: 6 }
  const endless = { ...options, task: { ...options.task, targetFitness: Infinity } }
  const expected = await hashedRun(endless)
  const brain = NeatBrain.inProcess()
  const seen: string[] = []
  for await (const report of evolution({ ...endless, brain, checkpoint: { directory } })) {
    seen.push(hashOf(report))
    if (report.generation === 2) break
  }
  // A brain that was given stays open.
  await brain.close()
  const lines = await readFile(join(directory, 'generations.jsonl'), 'utf8')
  t.is(lines.trimEnd().split('\n').length, 3)
  const rest = await hashedRun({ ...endless, checkpoint: { directory, resume: true } })
  t.deepEqual(rest, expected.slice(3))
  t.is(seen.length, 3)
})

test('an error in the loop ends the run like any other way out of it', async (t) => {
  const run = async () => {
    for await (const _ of evolution({ task: tasks.xor, population: 20 })) throw new Error('out')
  }
  await t.throwsAsync(run, { message: 'out' })
})

test('wrong options are refused before the first generation is asked for', (t) => {
  t.throws(() => evolution({ task: 'xor' } as never), { code: 'ARGUMENT_TYPE' })
})

test('a fitness function takes the place of a task', async (t) => {
  const result = await evolve({ ...byFitness, seed: 3 })
  t.true(result.solved)
  t.true(result.fitness >= 15)
  for (const [a, b] of ROWS) t.is(result.champion.feedForward([a, b])[0] > 0.5, a !== b)
})

test('a fitness function may answer later, in any array, and with chance of the generation', async (t) => {
  const noisy: FitnessFunction = (genomes, { random }) =>
    xorFitness(genomes).map((value) => value + random.next())
  const later: FitnessFunction = async (genomes, context) => {
    await new Promise(setImmediate)
    return Float64Array.from(await noisy(genomes, context))
  }
  const options = {
    ...byFitness,
    targetFitness: undefined,
    seed: 1,
    population: 30,
    generations: 5,
  }
  const expected = await hashedRun({ ...options, fitness: noisy })
  t.is(expected.length, 5)
  t.deepEqual(await hashedRun({ ...options, fitness: later }), expected)
  t.notDeepEqual(await hashedRun({ ...options, fitness: xorFitness }), expected)
})

test('runs by a fitness function are kept and resumed', async (t) => {
  const directory = await scratch(t)
  const options = { ...byFitness, targetFitness: Infinity, seed: 6, population: 30, generations: 6 }
  const expected = await hashedRun(options)
  const first = await hashedRun({ ...options, generations: 2, checkpoint: { directory } })
  const checkpoint = { directory, resume: true }
  t.deepEqual([...first, ...(await hashedRun({ ...options, checkpoint }))], expected)
  await t.throwsAsync(evolve({ ...options, name: 'other', checkpoint }), {
    code: 'CHECKPOINT_INVALID',
  })
})

test('fitness that no selection can work with is refused', async (t) => {
  const returning = (fitness: (genomes: readonly Genome[]) => unknown) =>
    evolve({ ...byFitness, population: 10, fitness: fitness as FitnessFunction })
  for (const fitness of [
    () => undefined,
    () => 5,
    () => [],
    (genomes: readonly Genome[]) => genomes.slice(1).map(() => 1),
    (genomes: readonly Genome[]) => [...genomes, 1].map(() => 1),
    (genomes: readonly Genome[]) => genomes.map(() => '1'),
    (genomes: readonly Genome[]) => genomes.map(() => Number.NaN),
    (genomes: readonly Genome[]) => genomes.map(() => -1),
    (genomes: readonly Genome[]) => genomes.map(() => Infinity),
    (genomes: readonly Genome[]) => new Array(genomes.length),
  ]) {
    await t.throwsAsync(returning(fitness), { code: 'FITNESS_INVALID' })
  }
  const thrown = async () => {
    throw new Error('of its own')
  }
  await t.throwsAsync(returning(thrown), { message: 'of its own' })
})

test('a signal ends a run by a fitness function at its last complete generation', async (t) => {
  const stop = new AbortController()
  const fitness: FitnessFunction = (genomes, { generation, signal }) => {
    if (generation === 2) stop.abort()
    t.is(signal, stop.signal)
    return xorFitness(genomes)
  }
  const options = { ...byFitness, targetFitness: Infinity, fitness, population: 20 }
  const result = await evolve({ ...options, signal: stop.signal })
  t.like(result, { interrupted: true, generations: 2, evaluations: 40 })
})

test('every genome of a generation can be seen before its children are made', async (t) => {
  let best = 0
  await evolve({
    task: tasks.xor,
    seed: 2,
    population: 25,
    generations: 3,
    onEvaluated({ generation, genomes, fitness, species }) {
      t.is(genomes.length, 25)
      t.is(fitness.length, 25)
      t.deepEqual(
        species.flatMap(({ members }) => members).sort((a, b) => a - b),
        [...genomes.keys()],
      )
      t.true(generation < 3)
      best = Math.max(...fitness)
    },
    onGeneration({ bestFitness, champion, championFitness }) {
      t.is(bestFitness, best)
      t.is(xorFitness([champion])[0], championFitness)
    },
  })
})
