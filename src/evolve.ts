import { inspect } from 'node:util'
import { NeatBrain } from './brain/neat-brain.js'
import { type ErrorCode, NeatronError } from './errors.js'
import type { Brain } from './neat/brain.js'
import {
  type EvolveOptions as EngineOptions,
  type EvolveResult,
  evolve as evolveWith,
} from './neat/evolve.js'

/** Options of {@link evolve}. */
export interface EvolveOptions extends Omit<EngineOptions, 'brain'> {
  /**
   * Where inference happens: a `NeatBrain`, or any `Brain` of your own. Default: in process. A
   * brain given here is not closed at the end.
   */
  readonly brain?: Brain
}

/**
 * Evolves genomes for a task until one solves it or the generations are over. The same task, seed
 * and configuration give the same champion in every in-process mode, interrupted and resumed or
 * not.
 *
 * @throws NeatronError `ARGUMENT_TYPE` and `ARGUMENT_RANGE` for a wrong option, `CONFIG_INVALID`, `FITNESS_INVALID`,
 *   `CHECKPOINT_INVALID`, `CHECKPOINT_WRITE`, and whatever the brain fails with
 */
export async function evolve(evolveOptions: EvolveOptions): Promise<EvolveResult> {
  checkOptions(evolveOptions)
  const { brain, ...options } = evolveOptions
  if (brain) return evolveWith({ ...options, brain })
  const own = NeatBrain.inProcess()
  try {
    return await evolveWith({ ...options, brain: own })
  } finally {
    await own.close()
  }
}

/** What each option must be, in words and as a check. Seed, population and config have their own. */
const OPTIONS: Record<keyof EvolveOptions, [what: string, fits: (value: never) => boolean]> = {
  task: ['a task, such as tasks.xor', (task: object) => hasMethods(task, 'start')],
  generations: ['a whole number or Infinity', (n: number) => n === Infinity || Number.isInteger(n)],
  population: ['a number', isA('number')],
  seed: ['a number', isA('number')],
  brain: [
    'a brain, such as NeatBrain.inProcess()',
    (brain: object) => hasMethods(brain, 'load', 'feedForwardRows'),
  ],
  config: ['an object', (config: object) => isA('object')(config) && config !== null],
  onGeneration: ['a function', isA('function')],
  onTick: ['a function', isA('function')],
  signal: ['an AbortSignal', (signal: unknown) => signal instanceof AbortSignal],
  checkpoint: [
    '{ directory: string }',
    (it?: { directory?: unknown }) => isA('string')(it?.directory),
  ],
}

function checkOptions(options: EvolveOptions): void {
  const fail = (code: ErrorCode, expected: string, came: unknown): never => {
    throw new NeatronError(code, `expected ${expected}, came ${inspect(came, { depth: 0 })}`)
  }
  if (typeof options !== 'object' || options === null) fail('ARGUMENT_TYPE', 'options', options)
  if (options.task === undefined) fail('ARGUMENT_TYPE', `task to be ${OPTIONS.task[0]}`, undefined)
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(OPTIONS, name)) {
      fail('ARGUMENT_TYPE', `options out of ${Object.keys(OPTIONS).join(', ')}`, name)
    }
    const [what, fits] = OPTIONS[name as keyof EvolveOptions]
    if (value !== undefined && !fits(value as never)) {
      fail('ARGUMENT_TYPE', `${name} to be ${what}`, value)
    }
  }
  const { generations = 0 } = options
  if (generations < 0) fail('ARGUMENT_RANGE', 'generations of at least 0', generations)
}

function isA(type: string): (value: unknown) => boolean {
  return (value) => typeof value === type
}

function hasMethods(value: unknown, ...names: string[]): boolean {
  return names.every((name) => typeof (value as never)?.[name] === 'function')
}
