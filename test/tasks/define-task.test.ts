import test from 'ava'
import { Random } from '#src/neat/random.js'
import { defineTask, type EpisodicTask } from '#src/tasks/define-task.js'
import { evolveInProcess } from '../neat/runs.js'

/** Say which side of a threshold a number is on, ten times. */
const side = defineTask({
  name: 'side',
  inputs: 1,
  outputs: 1,
  targetFitness: 10,
  episodes: 2,
  start(random) {
    let value = random.signed()
    let ticks = 0
    let fitness = 0
    return {
      observe(inputs) {
        inputs[0] = value
      },
      act(outputs) {
        if (outputs[0] > 0.5 === value > 0.25) fitness++
        value = random.signed()
        return ++ticks < 10
      },
      get fitness() {
        return fitness
      },
    }
  },
})

test('a task of twenty lines is evolved', async (t) => {
  const { solved, fitness } = await evolveInProcess({ task: side, seed: 1 })
  t.true(solved)
  t.is(fitness, 10)
})

test('episodes run in lockstep, from starts that all genomes share', (t) => {
  const simulation = side.start(3, new Random(1))
  t.is(simulation.maxRows, 6)
  const genome = new Uint32Array(6)
  const inputs = new Float32Array(6)
  t.is(simulation.observe(genome, inputs), 6)
  t.deepEqual([...genome], [0, 0, 1, 1, 2, 2])
  t.is(inputs[0], inputs[2])
  t.is(inputs[1], inputs[5])
  t.not(inputs[0], inputs[1])
})

test('an episode that is over asks for no more rows, and fitness is the mean', (t) => {
  const task = defineTask({
    name: 'countdown',
    inputs: 1,
    outputs: 1,
    targetFitness: 9,
    episodes: 2,
    start(random) {
      let left = 1 + random.below(5)
      const fitness = left
      return { fitness, observe: (inputs) => void inputs.fill(left), act: () => --left > 0 }
    },
  })
  const simulation = task.start(2, new Random(3))
  const inputs = new Float32Array(4)
  const asked: number[] = []
  for (;;) {
    const rows = simulation.observe(new Uint32Array(4), inputs)
    if (rows === 0) break
    asked.push(rows)
    simulation.act(new Float32Array(4))
  }
  const fitness = new Float64Array(2)
  simulation.fitness(fitness)
  const total = asked.reduce((a, b) => a + b, 0)
  t.deepEqual([...fitness], [total / 4, total / 4])
  t.true(asked.length > 1 && asked[asked.length - 1] < 4)
})

const start = () => ({ fitness: 0, observe() {}, act: () => false })
const whole = { name: 'x', inputs: 1, outputs: 1, targetFitness: 1, episodes: 1, start }

test('what makes no sense is refused, and told', (t) => {
  for (const wrong of [
    ...[{ inputs: 0 }, { outputs: 1.5 }, { episodes: -1 }, { inputs: undefined }],
    ...[{ name: '' }, { name: undefined }, { targetFitness: '9' }, { targetFitness: NaN }],
    ...[{ start: undefined }, { start: {} }, { test: true }],
  ]) {
    const [key] = Object.keys(wrong)
    const error = t.throws(() => defineTask({ ...whole, ...wrong } as EpisodicTask), {
      code: 'TASK_INVALID',
    } as object)
    t.true(error?.message.includes(key), error?.message)
  }
})

test('no object, and misspelt keys, are refused', (t) => {
  for (const wrong of [undefined, null, 'cart-pole', { ...whole, episode: 3 }]) {
    t.throws(() => defineTask(wrong as EpisodicTask), { code: 'ARGUMENT_TYPE' } as object)
  }
})

test('an episode that lacks a part, or does not say whether it goes on, is refused', async (t) => {
  for (const wrong of [
    () => undefined,
    () => ({ fitness: 0, act: () => false }),
    () => ({ fitness: 0, observe() {}, act() {} }),
  ]) {
    const task = defineTask({ ...whole, start: wrong } as unknown as EpisodicTask)
    await t.throwsAsync(evolveInProcess({ task, seed: 1, generations: 1 }), {
      code: 'TASK_INVALID',
    } as object)
  }
})

test('start may be a method that uses its task', (t) => {
  const own = {
    name: 'own',
    inputs: 1,
    outputs: 1,
    targetFitness: 1,
    start(this: EpisodicTask) {
      const fitness = this.targetFitness
      return { observe() {}, act: () => false, fitness }
    },
  }
  const simulation = defineTask(own).start(1, new Random(1))
  simulation.observe(new Uint32Array(1), new Float32Array(1))
  simulation.act(new Float32Array(1))
  const fitness = new Float64Array(1)
  simulation.fitness(fitness)
  t.is(fitness[0], 1)
})
