import { NeatronError } from '../errors.js'
import { checkOptions } from '../genome/options.js'
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
  /** See {@link Task.oneTrial}. */
  readonly oneTrial?: boolean
  /** See {@link Task.test}. */
  readonly test?: Task['test']
}

/**
 * Makes a task of single episodes, which then run in lockstep. Each generation's episodes begin
 * in ways of their own, the same for all its genomes; a genome's fitness is the mean of theirs.
 *
 * @throws NeatronError `ARGUMENT_TYPE` for what is no object, or has a key that there is not;
 *   `TASK_INVALID` where something is missing or makes no sense, as an episode that lacks a part
 */
export function defineTask(task: EpisodicTask): Task {
  check(task)
  const { episodes = 1, description = task.name } = task
  return {
    ...task,
    description,
    start: (genomes, random) => new Lockstep(task, genomes, episodes, random),
  }
}

const KEYS: readonly (keyof EpisodicTask)[] = [
  ...(['name', 'description', 'inputs', 'outputs', 'targetFitness', 'oneTrial'] as const),
  ...(['episodes', 'config', 'start', 'test'] as const),
]

function check(task: EpisodicTask): void {
  checkOptions('defineTask', task ?? null, KEYS)
  const { name, episodes = 1, inputs, outputs, targetFitness, start, test } = task
  if (typeof name !== 'string' || name === '') {
    throw new NeatronError('TASK_INVALID', `Expected a task's name, a string, came ${show(name)}`)
  }
  const wrong = (key: string, expected: string, came: unknown) =>
    new NeatronError(
      'TASK_INVALID',
      `Task ${name}: expected ${key} to be ${expected}, came ${show(came)}`,
    )
  for (const [key, value] of Object.entries({ inputs, outputs, episodes })) {
    if (!Number.isInteger(value) || value < 1) {
      throw wrong(key, 'a whole number of at least 1', value)
    }
  }
  if (typeof targetFitness !== 'number' || Number.isNaN(targetFitness)) {
    throw wrong('targetFitness', 'a number', targetFitness)
  }
  if (typeof start !== 'function') throw wrong('start', 'a function', start)
  if (test !== undefined && typeof test !== 'function') throw wrong('test', 'a function', test)
}

/** An episode with all its parts. */
function begin(task: EpisodicTask, random: Random): Episode {
  const episode = task.start(random)
  if (typeof episode?.observe !== 'function' || typeof episode.act !== 'function') {
    throw new NeatronError(
      'TASK_INVALID',
      `Task ${task.name}: start must return an episode, with functions observe and act, came ${show(episode)}`,
    )
  }
  return episode
}

function silent({ name }: EpisodicTask, came: unknown): NeatronError {
  return new NeatronError(
    'TASK_INVALID',
    `Task ${name}: act must return whether the episode goes on, true or false, came ${show(came)}`,
  )
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
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
    readonly task: EpisodicTask,
    genomes: number,
    readonly episodes: number,
    random: Random,
  ) {
    this.maxRows = genomes * episodes
    const seeds = Array.from({ length: episodes }, () => random.word() >>> 0)
    this.#all = Array.from({ length: this.maxRows }, (_, index) =>
      begin(task, new Random(seeds[index % episodes])),
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
      const goesOn = this.#all[index].act(this.#outputs)
      if (typeof goesOn !== 'boolean') throw silent(this.task, goesOn)
      return goesOn
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
