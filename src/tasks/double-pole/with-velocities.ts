import type { Simulation, Task } from '../task.js'
import { push, STATE } from './physics.js'

const STEPS = 100_000
/** The long pole's angle at the start, in rad; all else is at rest. */
const START_ANGLE = 0.07
/** Divisors of the state that make a row, as in Stanley's experiments. */
const SCALE = [4.8, 2, 0.52, 2, 0.52, 2]

/** One episode for each genome, all from the same start, in lockstep. */
class DoublePole implements Simulation {
  readonly #state: Float64Array
  readonly #steps: Float64Array
  /** The genomes whose poles still stand, in order. */
  readonly #live: Uint32Array
  #alive: number

  constructor(readonly maxRows: number) {
    this.#state = new Float64Array(maxRows * STATE)
    this.#steps = new Float64Array(maxRows)
    this.#live = Uint32Array.from({ length: maxRows }, (_, index) => index)
    this.#alive = maxRows
    for (let index = 0; index < maxRows; index++) this.#state[index * STATE + 2] = START_ANGLE
  }

  observe(genome: Uint32Array, inputs: Float32Array): number {
    for (let row = 0; row < this.#alive; row++) {
      const index = this.#live[row]
      genome[row] = index
      for (let i = 0; i < STATE; i++) {
        inputs[row * STATE + i] = this.#state[index * STATE + i] / SCALE[i]
      }
    }
    return this.#alive
  }

  act(outputs: Float32Array): void {
    let alive = 0
    for (let row = 0; row < this.#alive; row++) {
      const index = this.#live[row]
      if (!push(this.#state, index * STATE, outputs[row])) continue
      this.#steps[index]++
      if (this.#steps[index] < STEPS) this.#live[alive++] = index
    }
    this.#alive = alive
  }

  fitness(into: Float64Array): void {
    into.set(this.#steps)
  }
}

/**
 * Double pole balancing with velocities (Stanley and Miikkulainen 2002, section 4.3.1): position,
 * speed, both poles' angles and angular speeds as inputs, and a push of up to 10 N either way.
 * Fitness is the steps of 0.02 s until failure; solved is 100,000 of them.
 */
export const doublePole: Task = {
  name: 'double-pole',
  description: 'balance a long and a short pole on one cart, velocities given',
  inputs: STATE,
  outputs: 1,
  targetFitness: STEPS,
  start: (genomes) => new DoublePole(genomes),
}
