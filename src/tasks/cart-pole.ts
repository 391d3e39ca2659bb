import type { Genome } from '../genome/genome.js'
import { Population } from '../genome/population.js'
import { Random } from '../neat/random.js'
import type { Simulation, Task, TestResult } from './task.js'

// Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning
// control problems" (1983), appendix: frictionless, in SI units.
const GRAVITY = 9.8
const POLE_MASS = 0.1
const TOTAL_MASS = 1.0 + POLE_MASS
const HALF_LENGTH = 0.5
const FORCE = 10
const STEP_S = 0.02
const TRACK = 2.4
const FALL = (12 * Math.PI) / 180

/**
 * Starts are uniform within plus or minus these: x in m, its speed in m/s, the angle in rad, its
 * speed in rad/s. Half the track, half the angle and a push: far from rest, and yet a linear
 * controller saves every corner of it (a test shows one).
 */
const START = [TRACK / 2, 0.5, FALL / 2, 0.5]

/** Divisors that bring inputs near [-1, 1]: the limits, and speeds that are high for this cart. */
const SCALE = [TRACK, 2, FALL, 2]

const TICKS = 500
const TRAINING_EPISODES = 3
const TEST_EPISODES = 100
const TEST_SEED = 1983

/** A block of episodes side by side, each with its own cart. */
export class Carts {
  readonly x: Float64Array
  readonly xDot: Float64Array
  readonly theta: Float64Array
  readonly thetaDot: Float64Array
  /** Ticks survived. */
  readonly ticks: Int32Array

  constructor(readonly size: number) {
    this.x = new Float64Array(size)
    this.xDot = new Float64Array(size)
    this.theta = new Float64Array(size)
    this.thetaDot = new Float64Array(size)
    this.ticks = new Int32Array(size)
  }

  /** Puts a cart where the next four numbers of the generator say. */
  start(cart: number, random: Random): void {
    this.x[cart] = random.signed() * START[0]
    this.xDot[cart] = random.signed() * START[1]
    this.theta[cart] = random.signed() * START[2]
    this.thetaDot[cart] = random.signed() * START[3]
  }

  /** Writes a cart's row of four inputs at an offset. */
  observe(cart: number, inputs: Float32Array, at: number): void {
    inputs[at] = this.x[cart] / SCALE[0]
    inputs[at + 1] = this.xDot[cart] / SCALE[1]
    inputs[at + 2] = this.theta[cart] / SCALE[2]
    inputs[at + 3] = this.thetaDot[cart] / SCALE[3]
  }

  /** Pushes a cart right or left for one tick; false once it has failed. */
  push(cart: number, right: boolean): boolean {
    const { x, xDot, theta, thetaDot } = this
    const force = right ? FORCE : -FORCE
    const sin = Math.sin(theta[cart])
    const cos = Math.cos(theta[cart])
    const swing = POLE_MASS * HALF_LENGTH * thetaDot[cart] * thetaDot[cart] * sin
    const pull = (force + swing) / TOTAL_MASS
    const thetaAcceleration =
      (GRAVITY * sin - cos * pull) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * cos * cos) / TOTAL_MASS))
    const acceleration = pull - (POLE_MASS * HALF_LENGTH * thetaAcceleration * cos) / TOTAL_MASS
    x[cart] += STEP_S * xDot[cart]
    xDot[cart] += STEP_S * acceleration
    theta[cart] += STEP_S * thetaDot[cart]
    thetaDot[cart] += STEP_S * thetaAcceleration
    const upright = Math.abs(x[cart]) <= TRACK && Math.abs(theta[cart]) <= FALL
    if (upright) this.ticks[cart]++
    return upright
  }
}

/** Some episodes for each genome, from starts that all genomes share, in lockstep. */
class CartPole implements Simulation {
  readonly maxRows: number
  readonly numbersEpisodes = true
  readonly #carts: Carts
  /** The carts still running, in order. */
  readonly #live: Uint32Array
  #alive: number

  constructor(
    readonly genomes: number,
    readonly episodes: number,
    random: Random,
  ) {
    this.maxRows = genomes * episodes
    this.#carts = new Carts(this.maxRows)
    this.#live = Uint32Array.from({ length: this.maxRows }, (_, cart) => cart)
    this.#alive = this.maxRows
    const { x, xDot, theta, thetaDot } = this.#carts
    for (let episode = 0; episode < episodes; episode++) this.#carts.start(episode, random)
    for (const axis of [x, xDot, theta, thetaDot]) {
      for (let cart = episodes; cart < this.maxRows; cart++) axis[cart] = axis[cart - episodes]
    }
  }

  observe(genome: Uint32Array, inputs: Float32Array, slots?: Uint32Array): number {
    for (let row = 0; row < this.#alive; row++) {
      const cart = this.#live[row]
      genome[row] = Math.floor(cart / this.episodes)
      if (slots !== undefined) slots[row] = cart
      this.#carts.observe(cart, inputs, row * 4)
    }
    return this.#alive
  }

  act(outputs: Float32Array): void {
    const carts = this.#carts
    const live = this.#live
    let alive = 0
    for (let row = 0; row < this.#alive; row++) {
      const cart = live[row]
      if (carts.push(cart, outputs[row] > 0.5) && carts.ticks[cart] < TICKS) live[alive++] = cart
    }
    this.#alive = alive
  }

  fitness(into: Float64Array): void {
    const { ticks } = this.#carts
    for (let index = 0; index < this.genomes; index++) {
      let sum = 0
      for (let episode = 0; episode < this.episodes; episode++) {
        sum += ticks[index * this.episodes + episode]
      }
      into[index] = sum / this.episodes
    }
  }

  /** Episodes that lasted. */
  get survivors(): number {
    return this.#carts.ticks.reduce((n, ticks) => n + (ticks === TICKS ? 1 : 0), 0)
  }
}

/**
 * One pole on a cart, after Barto, Sutton and Anderson (1983), from random starts. Inputs: x / 2.4 m,
 * speed / 2 m/s, angle / 12 degrees, angular speed / 2 rad/s; an output over 0.5 pushes right, else
 * left, with 10 N for 0.02 s. Fitness is the mean of the ticks survived, at most 500, over three
 * episodes that are new in each generation. Solved is what survives 500 ticks from each of 100
 * starts that training never sees.
 */
export const cartPole: Task = {
  name: 'cart-pole',
  description: 'balance a pole on a cart from random starts',
  inputs: 4,
  outputs: 1,
  targetFitness: TICKS,
  start: (genomes, random) => new CartPole(genomes, TRAINING_EPISODES, random),
  test: (champion) => testCartPole(champion),
}

/** 500 ticks from each of 100 starts, always the same ones. */
function testCartPole(champion: Genome): TestResult {
  const simulation = new CartPole(1, TEST_EPISODES, new Random(TEST_SEED))
  const population = Population.compile([champion])
  const genome = new Uint32Array(TEST_EPISODES)
  const slots = new Uint32Array(TEST_EPISODES)
  const inputs = new Float32Array(TEST_EPISODES * 4)
  const outputs = new Float32Array(TEST_EPISODES)
  for (;;) {
    const rows = simulation.observe(genome, inputs, slots)
    if (rows === 0) break
    population.feedForwardRows(genome, inputs, outputs, rows, slots)
    simulation.act(outputs)
  }
  population.dispose()
  const passed = simulation.survivors
  return { solved: passed === TEST_EPISODES, passed, episodes: TEST_EPISODES }
}
