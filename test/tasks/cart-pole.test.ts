import test from 'ava'
import { Genome } from '#src/genome/genome.js'
import { Random } from '#src/neat/random.js'
import { Carts, cartPole } from '#src/tasks/cart-pole.js'

/** A linear controller as a genome: pushes right when the weighted sum is positive. */
function linear(weights: number[]): Genome {
  return Genome.fromJSON({
    format: 'neatron/genome',
    version: 1,
    inputs: 4,
    outputs: 1,
    nodes: [
      ...[0, 1, 2, 3].map((id) => ({ id, kind: 'input' })),
      { id: 4, kind: 'output', activation: 'sigmoid' },
    ],
    connections: weights.map((weight, from) => ({ innovation: from, from, to: 4, weight })),
  })
}

// Gains for x, its speed, the angle and its speed in SI units, times the scale of the inputs.
const good = linear([0.5 * 2.4, 1 * 2, 12 * 0.2094, 3 * 2])

test('a good linear controller passes, a poor one does not', (t) => {
  t.deepEqual(cartPole.test?.(good), { solved: true, passed: 100, episodes: 100 })
  const still = cartPole.test?.(linear([0, 0, 1, 0]))
  t.false(still?.solved)
})

test('every corner of the starts can be saved', (t) => {
  const network = good.compile()
  const inputs = new Float32Array(4)
  const output = new Float32Array(1)
  for (let corner = 0; corner < 16; corner++) {
    const carts = new Carts(1)
    const signs = [0, 1, 2, 3].map((bit) => ((corner >> bit) & 1 ? 1 : -1))
    const random = new Random(0)
    random.signed = () => signs.shift() ?? 0
    carts.start(0, random)
    let upright = true
    for (let tick = 0; tick < 500 && upright; tick++) {
      carts.observe(0, inputs, 0)
      network.feedForward(inputs, output)
      upright = carts.push(0, output[0] > 0.5)
    }
    t.true(upright, `corner ${corner}`)
  }
})

test('one tick is that of Barto, Sutton and Anderson (1983)', (t) => {
  const carts = new Carts(1)
  carts.theta[0] = 0.1
  carts.thetaDot[0] = -0.2
  carts.xDot[0] = 0.3
  carts.push(0, true)
  // Their equations, written out for this state.
  const [sin, cos, g, m, M, l, F] = [Math.sin(0.1), Math.cos(0.1), 9.8, 0.1, 1, 0.5, 10]
  const theta =
    (g * sin - (cos * (F + m * l * 0.04 * sin)) / (M + m)) /
    (l * (4 / 3 - (m * cos * cos) / (M + m)))
  const x = (F + m * l * (0.04 * sin - theta * cos)) / (M + m)
  const near = (a: number, b: number) => t.true(Math.abs(a - b) < 1e-12, `${a} ${b}`)
  near(carts.x[0], 0.02 * 0.3)
  near(carts.xDot[0], 0.3 + 0.02 * x)
  near(carts.theta[0], 0.1 - 0.02 * 0.2)
  near(carts.thetaDot[0], -0.2 + 0.02 * theta)
})

test('genomes share their starts, and generations do not', (t) => {
  const rows = (seed: number) => {
    const simulation = cartPole.start(3, new Random(seed))
    const genome = new Uint32Array(simulation.maxRows)
    const inputs = new Float32Array(simulation.maxRows * 4)
    t.is(simulation.observe(genome, inputs), simulation.maxRows)
    const episodes = simulation.maxRows / 3
    const parts = [0, 1, 2].map((n) => inputs.slice(n * episodes * 4, (n + 1) * episodes * 4))
    t.deepEqual(parts[1], parts[0])
    t.deepEqual(parts[2], parts[0])
    return parts[0]
  }
  t.deepEqual(rows(1), rows(1))
  t.notDeepEqual(rows(1), rows(2))
})

test('fitness is the mean of the ticks survived', (t) => {
  const simulation = cartPole.start(1, new Random(5))
  const genome = new Uint32Array(simulation.maxRows)
  const inputs = new Float32Array(simulation.maxRows * 4)
  const outputs = new Float32Array(simulation.maxRows).fill(1)
  let survived = 0
  for (;;) {
    const rows = simulation.observe(genome, inputs)
    if (rows === 0) break
    simulation.act(outputs)
    survived += rows
  }
  const fitness = new Float64Array(1)
  simulation.fitness(fitness)
  // The tick in which a cart fails is asked for, but not survived.
  t.is(fitness[0] * simulation.maxRows, survived - simulation.maxRows)
})
