import { NeatronError } from '../errors.js'
import type { Config } from '../neat/config.js'
import { Random } from '../neat/random.js'
import type { Simulation, Task } from './task.js'

/** One run of a task, from its start to its end, with one genome in control. */
export interface Episode {
  /** Writes what the controller senses now. */
  observe(inputs: Float32Array): void
  /** Moves on by one tick with the controller's answer; false when the episode is over. */
  act(outputs: Float32Array): boolean
  /** What the episode was worth, at least 0; asked for when it is over. */
  readonly fitness: number
}

/** A task told by one episode. */
export interface EpisodicTask {
  /** The name used in reports and files. */
  readonly name: string
  /** One line on what is asked. */
  readonly description?: string
  /** Length of a row of inputs. */
  readonly inputs: number
  /** Length of a row of outputs. */
  readonly outputs: number
  /** Mean fitness of an episode with which the task counts as solved. */
  readonly targetFitness: number
  /** Episodes for each genome in each generation. Default 1. */
  readonly episodes?: number
  /** Parameters of NEAT that suit the task better than the defaults. */
  readonly config?: Partial<Config>
  /** Begins an episode. All that is random in it must come from `random`. */
  start(random: Random): Episode
  /** See {@link Task.test}. */
  readonly test?: Task['test']
}

/**
 * Makes a task of single episodes, which then run in lockstep. Each generation's episodes begin
 * in ways of their own, the same for all its genomes; a genome's fitness is the mean of theirs.
 *
 * @throws NeatronError `TASK_INVALID`
 */
export function defineTask(task: EpisodicTask): Task {
  const { episodes = 1, description = task.name, name } = task
  const sizes = { inputs: task.inputs, outputs: task.outputs, episodes }
  for (const [key, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new NeatronError(
        'TASK_INVALID',
        `Task ${name}: expected ${key} to be a whole number of at least 1, came ${value}`,
      )
    }
  }
  return {
    ...task,
    description,
    start: (genomes, random) => new Lockstep(task, genomes, episodes, random),
  }
}

/** Episodes side by side; those of one genome stand next to each other. */
class Lockstep implements Simulation {
  readonly maxRows: number
  readonly numbersEpisodes = true
  readonly #all: Episode[]
  /** Indices of the episodes still running. */
  #live: number[]
  readonly #inputs: Float32Array
  readonly #outputs: Float32Array

  constructor(
    task: EpisodicTask,
    genomes: number,
    readonly episodes: number,
    random: Random,
  ) {
    this.maxRows = genomes * episodes
    const seeds = Array.from({ length: episodes }, () => random.word() >>> 0)
    this.#all = Array.from({ length: this.maxRows }, (_, index) =>
      task.start(new Random(seeds[index % episodes])),
    )
    this.#live = [...this.#all.keys()]
    this.#inputs = new Float32Array(task.inputs)
    this.#outputs = new Float32Array(task.outputs)
  }

  observe(genome: Uint32Array, inputs: Float32Array, slots?: Uint32Array): number {
    for (const [row, index] of this.#live.entries()) {
      this.#all[index].observe(this.#inputs)
      inputs.set(this.#inputs, row * this.#inputs.length)
      genome[row] = Math.floor(index / this.episodes)
      if (slots !== undefined) slots[row] = index
    }
    return this.#live.length
  }

  act(outputs: Float32Array): void {
    const width = this.#outputs.length
    this.#live = this.#live.filter((index, row) => {
      this.#outputs.set(outputs.subarray(row * width, row * width + width))
      return this.#all[index].act(this.#outputs)
    })
  }

  fitness(into: Float64Array): void {
    into.fill(0)
    for (const [index, { fitness }] of this.#all.entries()) {
      into[Math.floor(index / this.episodes)] += fitness
    }
    for (let index = 0; index < into.length; index++) into[index] /= this.episodes
  }
}
