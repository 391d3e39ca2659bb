import type { Genome } from '../genome/genome.js'
import type { Config } from '../neat/config.js'
import type { Random } from '../neat/random.js'

/** What a task asks of whoever trains on it. */
export interface Task {
  /** The name used on the command line and in files. */
  readonly name: string
  /** One line for `neatron tasks`. */
  readonly description: string
  /** Length of a row of inputs. */
  readonly inputs: number
  /** Length of a row of outputs. */
  readonly outputs: number
  /** A genome with at least this fitness solves the task, if it also passes the `test`. */
  readonly targetFitness: number
  /** Parameters that suit the task better than the defaults; what the user sets goes before. */
  readonly config?: Partial<Config>
  /**
   * Whether the `test` tries a single genome in each generation: the best of the fittest species
   * whose best was not tried since it last improved.
   */
  readonly oneTrial?: boolean
  /** Starts the episodes of one generation of `genomes` genomes; `random` alone decides the starts. */
  start(genomes: number, random: Random): Simulation
  /**
   * Whether a genome solves the task, tried on starts of its own. A generation's candidates, those
   * of enough fitness, are tried from the fittest down until one passes; without a test the
   * fittest has. It always runs in process, so champions from every mode meet the same judge.
   */
  test?(champion: Genome): TestResult
}

/** The outcome of a task's test of a champion. */
export interface TestResult {
  readonly solved: boolean
  /** Episodes passed, of `episodes`. */
  readonly passed: number
  readonly episodes: number
}

/**
 * The episodes of a whole generation in lockstep: a tick is one `observe`, one call of the brain
 * for all live rows, and one `act`.
 */
export interface Simulation {
  /** The most rows that one tick can ask for. */
  readonly maxRows: number
  /**
   * Whether `observe` numbers episodes in `slots`. Needed for recurrent genomes, which keep a state
   * for each episode, where a genome may have several episodes at once or one after another;
   * otherwise an episode has the number of its genome.
   */
  readonly numbersEpisodes?: boolean
  /**
   * Writes the rows of this tick, and for each the index of the genome that answers it. A genome
   * may have any number of rows, none when its episodes are done. Returns the rows; 0 ends it.
   *
   * @param slots with `numbersEpisodes`, for the number of each row's episode: whole, from 0, and
   *   always the same for the same episode, of which a tick has at most one row
   */
  observe(genome: Uint32Array, inputs: Float32Array, slots?: Uint32Array): number
  /** Moves the simulation on by one tick with the answers, in the order of the rows observed. */
  act(outputs: Float32Array): void
  /** Writes each genome's fitness, once `observe` has returned 0. Fitness is not negative. */
  fitness(into: Float64Array): void
  /**
   * Whether a genome is a candidate for the task's test, where that is not a matter of
   * `targetFitness`: by its own episodes, for others may run in another thread.
   */
  candidate?(genome: number): boolean
}
