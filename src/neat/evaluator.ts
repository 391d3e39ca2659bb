import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import type { Task } from '../tasks/task.js'

/** What a run knows of that for which it evolves. */
export type Goal = Pick<
  Task,
  'name' | 'inputs' | 'outputs' | 'targetFitness' | 'config' | 'oneTrial' | 'test'
>

/** Which generation is evaluated, and until when. */
export interface EvaluationContext {
  readonly seed: number
  /** Counted from 0. */
  readonly generation: number
  readonly signal?: AbortSignal
}

/** What became of a generation. */
export interface Evaluated {
  /** Fitness of each genome, finite and at least 0. */
  readonly fitness: Float64Array
  /** 1 for each genome that the goal's test may try, else 0. */
  readonly candidates: Uint8Array
  /** Ticks simulated, and rows answered in them. */
  readonly ticks: number
  readonly rows: number
  /** Milliseconds before evaluation began, in which the brain loaded the genomes. */
  readonly loadMs: number
}

/** Gives genomes their fitness: by a task's episodes, here or in other threads, or by a function. */
export interface Evaluator {
  readonly goal: Goal
  /** Undefined if the signal was aborted before the end. */
  evaluate(genomes: readonly Genome[], context: EvaluationContext): Promise<Evaluated | undefined>
}

/** Refuses fitness that selection cannot work with. Throws `FITNESS_INVALID`. */
export function checkFitness(fitness: Float64Array, name: string): void {
  const index = fitness.findIndex((value) => !(value >= 0 && value < Infinity))
  if (index >= 0) {
    throw new NeatronError(
      'FITNESS_INVALID',
      `${name} gave genome ${index} the fitness ${fitness[index]}; it must be a finite number of at least 0`,
    )
  }
}
