import { inspect } from 'node:util'
import { type ErrorCode, NeatronError } from './errors.js'
import type { Brain } from './neat/brain.js'
import type { TickListener } from './neat/evaluate.js'
import type { FitnessFunction } from './neat/fitness-function.js'
import type { RunOptions } from './neat/run.js'
import { isTask, type TaskModule } from './task-module.js'
import type { Task } from './tasks/task.js'

/** Evolving for a task. */
export interface TaskEvolveOptions extends RunOptions {
  /** One of `tasks`, a task of your own, or the module that exports one. */
  readonly task: Task | TaskModule | URL
  /**
   * Where inference happens: a `NeatBrain`, or any `Brain` of your own. Default: in process. A
   * brain given here is not closed at the end.
   */
  readonly brain?: Brain
  /**
   * Plays the episodes in so many worker threads, each with inference of its own, instead of this
   * one. The result is the same for any number. The task must be one of `tasks` or a module's, for
   * threads share no objects, and its genomes must not meet each other. Not with `brain`.
   */
  readonly workers?: number
  /** Called at each tick; with `workers`, at each tick of a part of the generation, once that is done. */
  readonly onTick?: TickListener
}

/** Evolving by a fitness function instead of a task. */
export interface FitnessEvolveOptions extends RunOptions {
  /** Length of a row of inputs. */
  readonly inputs: number
  /** Length of a row of outputs. */
  readonly outputs: number
  readonly fitness: FitnessFunction
  /** A genome with at least this fitness ends the run. Default: none does. */
  readonly targetFitness?: number
  /** The name in checkpoints. Default `fitness`. */
  readonly name?: string
}

/** Options of `evolve` and `evolution`. */
export type EvolveOptions = TaskEvolveOptions | FitnessEvolveOptions

type Check = readonly [what: string, fits: (value: never) => boolean]

const isFunction: Check = ['a function', isA('function')]

/** What each option must be, in words and as a check. Seed, population and config have their own. */
const RUN_OPTIONS: Record<keyof RunOptions, Check> = {
  generations: ['a whole number or Infinity', (n: number) => n === Infinity || Number.isInteger(n)],
  population: ['a number', isA('number')],
  seed: ['a number', isA('number')],
  config: ['an object', (config: object) => isA('object')(config) && config !== null],
  onEvaluated: isFunction,
  onGeneration: isFunction,
  signal: ['an AbortSignal', (signal: unknown) => signal instanceof AbortSignal],
  checkpoint: [
    '{ directory: string }',
    (it?: { directory?: unknown }) => isA('string')(it?.directory),
  ],
}

const TASK_OPTIONS: Record<Exclude<keyof TaskEvolveOptions, keyof RunOptions>, Check> = {
  task: [
    "a task, such as tasks.xor, or its module, such as new URL('./task.js', import.meta.url)",
    (task: unknown) => isTask(task) || isModule(task),
  ],
  brain: [
    'a brain, such as NeatBrain.inProcess()',
    (brain: object) => hasMethods(brain, 'load', 'feedForwardRows'),
  ],
  workers: ['a whole number', (n: number) => Number.isInteger(n)],
  onTick: isFunction,
}

const size: Check = ['a whole number of at least 1', (n: number) => Number.isInteger(n) && n > 0]

const FITNESS_OPTIONS: Record<Exclude<keyof FitnessEvolveOptions, keyof RunOptions>, Check> = {
  inputs: size,
  outputs: size,
  fitness: isFunction,
  targetFitness: ['a number', (n: number) => isA('number')(n) && !Number.isNaN(n)],
  name: ['a string', isA('string')],
}

/**
 * Refuses options that are unknown, missing, of a wrong type, or that do not go together.
 *
 * @throws NeatronError `ARGUMENT_TYPE`, `ARGUMENT_RANGE`
 */
export function checkEvolveOptions(options: EvolveOptions): void {
  if (typeof options !== 'object' || options === null) fail('ARGUMENT_TYPE', 'options', options)
  const byFitness = evolvesByFitness(options)
  const checks: Record<string, Check> = byFitness
    ? { ...RUN_OPTIONS, ...FITNESS_OPTIONS }
    : { ...RUN_OPTIONS, ...TASK_OPTIONS }
  const needed = byFitness ? ['inputs', 'outputs', 'fitness'] : ['task']
  const given: Readonly<Record<string, unknown>> = { ...options }
  for (const name of [...needed, ...Object.keys(given)]) {
    if (!Object.hasOwn(checks, name)) {
      fail('ARGUMENT_TYPE', `options out of ${Object.keys(checks).join(', ')}`, name)
    }
    const [what, fits] = checks[name]
    const value = given[name]
    if ((value !== undefined || needed.includes(name)) && !fits(value as never)) {
      fail('ARGUMENT_TYPE', `${name} to be ${what}`, value)
    }
  }
  const { generations = 0 } = options
  if (generations < 0) fail('ARGUMENT_RANGE', 'generations of at least 0', generations)
  if (!byFitness) checkWorkers(options as TaskEvolveOptions)
}

/** Whether a fitness function takes the place of a task. */
export function evolvesByFitness(options: EvolveOptions): options is FitnessEvolveOptions {
  return (options as Partial<FitnessEvolveOptions>).fitness !== undefined
}

function checkWorkers({ workers, brain }: TaskEvolveOptions): void {
  if (workers === undefined) return
  if (workers < 1) fail('ARGUMENT_RANGE', 'workers of at least 1', workers)
  if (brain) fail('ARGUMENT_TYPE', 'workers, which have brains of their own, or a brain', 'both')
}

function fail(code: ErrorCode, expected: string, came: unknown): never {
  throw new NeatronError(code, `expected ${expected}, came ${inspect(came, { depth: 0 })}`)
}

function isA(type: string): (value: unknown) => boolean {
  return (value) => typeof value === type
}

function isModule(value: unknown): boolean {
  if (value instanceof URL) return true
  const { module, export: name } = (value ?? {}) as Partial<TaskModule>
  return (
    (typeof module === 'string' || module instanceof URL) &&
    (name === undefined || typeof name === 'string')
  )
}

function hasMethods(value: unknown, ...names: string[]): boolean {
  return names.every((name) => typeof (value as never)?.[name] === 'function')
}
