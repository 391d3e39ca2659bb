import test from 'ava'
import { Genome } from '#src/genome/genome.js'
import { Random } from '#src/neat/random.js'
import { push } from '#src/tasks/double-pole/physics.js'
import { doublePole } from '#src/tasks/double-pole/with-velocities.js'
import { doublePoleWithoutVelocities } from '#src/tasks/double-pole/without-velocities.js'

/** Kinetic and potential energy of cart and poles, rods of mass m and half-length l. */
function energy([, speed, long, longSpeed, short, shortSpeed]: Float64Array): number {
  const pole = (m: number, l: number, theta: number, omega: number) =>
    0.5 * m * speed ** 2 +
    m * l * speed * omega * Math.cos(theta) +
    0.5 * (4 / 3) * m * l ** 2 * omega ** 2 +
    m * 9.8 * l * Math.cos(theta)
  return 0.5 * speed ** 2 + pole(0.1, 0.5, long, longSpeed) + pole(0.01, 0.05, short, shortSpeed)
}

test('without a push the energy stays, but for the friction of the hinges', (t) => {
  const state = Float64Array.of(0, 0.1, 0.05, 0.1, -0.05, 0)
  const before = energy(state)
  for (let step = 0; step < 10; step++) t.true(push(state, 0, 0.5))
  t.true(Math.abs(energy(state) / before - 1) < 1e-5)
})

test('a push does work on the cart', (t) => {
  const state = Float64Array.of(0, 0, 0.01, 0, 0.01, 0)
  const before = energy(state)
  push(state, 0, 1)
  t.true(state[0] > 0 && state[1] > 0 && state[3] < 0 && state[5] < state[3])
  t.true(Math.abs((energy(state) - before) / (10 * state[0]) - 1) < 0.01)
})

test('states mirror each other', (t) => {
  const state = Float64Array.of(0.5, -0.2, 0.1, 0.3, -0.02, 0.4)
  const mirror = state.map((value) => -value)
  for (let step = 0; step < 20; step++) {
    push(state, 0, 0.9)
    push(mirror, 0, 0.1)
  }
  state.forEach((value, i) => {
    t.true(Math.abs(value + mirror[i]) < 1e-9)
  })
})

test('left alone from the start of the experiments, the poles fall; steps are counted', (t) => {
  const simulation = doublePole.start(2, new Random(1))
  const genome = new Uint32Array(2)
  const inputs = new Float32Array(12)
  t.is(simulation.observe(genome, inputs), 2)
  t.deepEqual([...inputs.slice(0, 6)], [...Float32Array.of(0, 0, 0.07 / 0.52, 0, 0, 0)])
  let steps = 0
  while (simulation.observe(genome, inputs) > 0) {
    simulation.act(new Float32Array(2).fill(0.5))
    steps++
  }
  const fitness = new Float64Array(2)
  simulation.fitness(fitness)
  // In the last step the poles fell.
  t.deepEqual([...fitness], [steps - 1, steps - 1])
  t.true(steps > 10 && steps < 100)
})

test('without velocities, a network sees positions, and moving little is worth most', (t) => {
  const simulation = doublePoleWithoutVelocities.start(2, new Random(1))
  const genome = new Uint32Array(2)
  const inputs = new Float32Array(6)
  t.is(simulation.observe(genome, inputs), 2)
  t.deepEqual([...inputs], [...Float32Array.of(0, 0.07 / 0.52, 0, 0, 0.07 / 0.52, 0)])
  let steps = 0
  while (simulation.observe(genome, inputs) > 0) {
    simulation.act(new Float32Array(2).fill(0.5))
    steps++
  }
  const fitness = new Float64Array(2)
  simulation.fitness(fitness)
  // They fell before movement counts: a tenth for the steps, of 1,000.
  t.true(Math.abs(fitness[0] - (0.1 * (steps - 1)) / 1000) < 1e-12)
  t.is(fitness[0], fitness[1])
  t.false(simulation.candidate!(0))
})

/** A genome of these connections: three inputs, an output (3), a constant 1 (4), hidden nodes. */
function recurrentGenome(connections: [from: number, to: number, weight: number][]): Genome {
  const activation = 'steepenedSigmoid'
  return Genome.fromJSON({
    format: 'neatron/genome',
    version: 1,
    inputs: 3,
    outputs: 1,
    recurrent: true,
    nodes: [
      ...[0, 1, 2].map((id) => ({ id, kind: 'input' })),
      { id: 3, kind: 'output', activation },
      { id: 4, kind: 'hidden', activation: 'identity', bias: 1 },
      ...[5, 6].map((id) => ({ id, kind: 'hidden', activation })),
    ],
    connections: connections.map(([from, to, weight], innovation) => ({
      innovation,
      from,
      to,
      weight,
    })),
  })
}

test('without velocities, a champion is tried for 100,000 steps and from 625 starts', (t) => {
  const { test: tried } = doublePoleWithoutVelocities
  // What a run of evolution found.
  const solver = recurrentGenome([
    [0, 3, -0.20711926],
    [1, 3, -4.151934],
    [2, 3, 3.2343442],
    [4, 3, 0.53167427],
    [3, 3, -1.2161758],
    [3, 5, -2.723483],
    [5, 3, 0.40788567],
    [0, 5, -1.1025383],
    [2, 5, -0.469321],
    [1, 5, 0.1438677],
    [4, 5, 0.8264055],
    [5, 5, -0.7273513],
    [0, 6, -0.27265838],
    [6, 5, -0.55564684],
    [1, 6, 0.7099747],
    [4, 6, -0.7236128],
    [5, 6, 0.35579437],
    [6, 6, 0.38004684],
    [6, 3, 0.44291502],
  ])
  const { solved, passed } = tried!(solver)
  t.true(solved)
  t.true(passed >= 200)
  t.deepEqual(tried!(recurrentGenome([])), { solved: false, passed: 0, episodes: 625 })
})
