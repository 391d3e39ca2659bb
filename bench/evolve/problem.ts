/**
 * XOR and cart-pole for libraries whose networks answer one row at a time: the same rows, physics,
 * starts, fitness and tests as in neatron's tasks.
 */
import { Random } from 'neatron'
import { PURPOSE } from '#src/neat/random.js'
import { Carts } from '#src/tasks/cart-pole.js'

/** A network: one row in, the only output out. */
export type Activate = (inputs: readonly number[]) => number

/** What there is to solve. */
export interface Problem {
  readonly name: 'xor' | 'cart-pole'
  readonly inputs: number
  /** Begins a generation, all of whose networks meet the same starts. */
  begin(seed: number, generation: number): void
  /** A network's fitness, and whether the test may try it. */
  evaluate(activate: Activate): { fitness: number; candidate: boolean }
  /** Whether a candidate solves the problem. */
  test(activate: Activate): boolean
}

const PATTERNS: readonly [readonly number[], number][] = [
  [[0, 0], 0],
  [[0, 1], 1],
  [[1, 0], 1],
  [[1, 1], 0],
]

const xor: Problem = {
  name: 'xor',
  inputs: 2,
  begin() {},
  evaluate(activate) {
    let error = 0
    let right = 0
    for (const [inputs, answer] of PATTERNS) {
      const output = activate(inputs)
      error += Math.abs(answer - output)
      if (output > 0.5 === answer > 0.5) right++
    }
    return { fitness: Math.max(0, 4 - error) ** 2, candidate: right === 4 }
  },
  test: () => true,
}

// As in src/tasks/cart-pole.ts.
const TICKS = 500
const TRAINING_EPISODES = 3
const TEST_EPISODES = 100
const TEST_SEED = 1983

class CartPole implements Problem {
  readonly name = 'cart-pole'
  readonly inputs = 4
  readonly #starts = new Carts(TRAINING_EPISODES)
  readonly #cart = new Carts(1)
  readonly #observed = new Float32Array(4)
  readonly #row = [0, 0, 0, 0]

  begin(seed: number, generation: number): void {
    const random = new Random(seed, PURPOSE.episodes, generation)
    for (let episode = 0; episode < TRAINING_EPISODES; episode++) {
      this.#starts.start(episode, random)
    }
  }

  evaluate(activate: Activate): { fitness: number; candidate: boolean } {
    const { x, xDot, theta, thetaDot } = this.#starts
    const cart = this.#cart
    let ticks = 0
    for (let episode = 0; episode < TRAINING_EPISODES; episode++) {
      cart.x[0] = x[episode]
      cart.xDot[0] = xDot[episode]
      cart.theta[0] = theta[episode]
      cart.thetaDot[0] = thetaDot[episode]
      ticks += this.#run(activate)
    }
    return { fitness: ticks / TRAINING_EPISODES, candidate: ticks === TICKS * TRAINING_EPISODES }
  }

  test(activate: Activate): boolean {
    const random = new Random(TEST_SEED)
    for (let episode = 0; episode < TEST_EPISODES; episode++) {
      this.#cart.start(0, random)
      if (this.#run(activate) < TICKS) return false
    }
    return true
  }

  /** Ticks that the cart survives from where it is. */
  #run(activate: Activate): number {
    const cart = this.#cart
    const observed = this.#observed
    const row = this.#row
    for (let tick = 0; tick < TICKS; tick++) {
      cart.observe(0, observed, 0)
      for (let input = 0; input < 4; input++) row[input] = observed[input]
      if (!cart.push(0, activate(row) > 0.5)) return tick
    }
    return TICKS
  }
}

/** Both problems, in the order in which they are measured. */
export const PROBLEMS: readonly Problem[] = [xor, new CartPole()]
