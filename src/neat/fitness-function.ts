import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import type { Evaluated, EvaluationContext, Evaluator, Goal } from './evaluator.js'
import { PURPOSE, Random } from './random.js'

/** What a fitness function is told beside the genomes. */
export interface FitnessContext {
  /** Counted from 0. */
  readonly generation: number
  /** The generation's own generator: all that is random in evaluation must come from it. */
  readonly random: Random
  /** The run's signal; what waits for long should heed it. */
  readonly signal?: AbortSignal
}

/**
 * Evaluates a whole generation.
 *
 * @returns the fitness of each genome, in their order, finite and at least 0
 */
export type FitnessFunction = (
  genomes: readonly Genome[],
  context: FitnessContext,
) => ArrayLike<number> | Promise<ArrayLike<number>>

/** Evaluation by a function of the user's own. It knows no ticks. */
export class FunctionEvaluator implements Evaluator {
  constructor(
    readonly goal: Goal,
    readonly fitness: FitnessFunction,
  ) {}

  async evaluate(
    genomes: readonly Genome[],
    { seed, generation, signal }: EvaluationContext,
  ): Promise<Evaluated | undefined> {
    const random = new Random(seed, PURPOSE.episodes, generation)
    const returned = await this.fitness(genomes, { generation, random, signal })
    if (signal?.aborted) return undefined
    const length = returned?.length
    if (length !== genomes.length) {
      throw new NeatronError(
        'FITNESS_INVALID',
        `The fitness function must return ${genomes.length} numbers, one for each genome, but ${length === undefined ? `${returned}` : length} came`,
      )
    }
    // What is no number becomes NaN, which is refused.
    const fitness = Float64Array.from(returned, (value) =>
      typeof value === 'number' ? value : NaN,
    )
    const candidates = Uint8Array.from(fitness, (value) =>
      value >= this.goal.targetFitness ? 1 : 0,
    )
    return { fitness, candidates, ticks: 0, rows: 0, loadMs: 0 }
  }
}
