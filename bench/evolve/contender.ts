import type { Activate, Problem } from './problem.js'

/** How large the networks of a population are on average: what takes part in computing. */
export interface Size {
  connections: number
  hidden: number
}

/** What a run is asked to do. */
export interface RunOptions {
  problem: Problem
  population: number
  seed: number
  /** Goes on when the problem is solved, without testing anything. */
  endless: boolean
  /**
   * What neatron's networks have on average in such a run, for libraries whose networks would grow
   * without bound: theirs then stop there, and an endless run begins with networks of that size.
   */
  connections: number
}

/** One run of a library's evolution. */
export interface EvolutionRun {
  /** One generation, evaluated and replaced; whether it solved the problem. */
  generation(): Promise<boolean>
  size(): Size
  /** Frees what is not left to the garbage collector. */
  end?(): Promise<unknown>
}

/** A library that evolves networks. */
export interface Contender {
  readonly name: string
  begin(options: RunOptions): EvolutionRun
}

/** Evaluates the networks of a generation for a library that takes them one by one. */
export class Judge {
  #solved = false
  #generation = 0

  constructor(readonly options: RunOptions) {
    options.problem.begin(options.seed, 0)
  }

  fitness(activate: Activate): number {
    const { problem, endless } = this.options
    const { fitness, candidate } = problem.evaluate(activate)
    if (candidate && !endless && !this.#solved) this.#solved = problem.test(activate)
    return fitness
  }

  /** Whether a network of this generation solved the problem; and on to the next. */
  next(): boolean {
    const { problem, seed } = this.options
    problem.begin(seed, ++this.#generation)
    return this.#solved
  }
}

/** The mean of what is counted. */
export function mean<T>(all: readonly T[], count: (one: T) => number): number {
  return all.reduce((sum, one) => sum + count(one), 0) / all.length
}
