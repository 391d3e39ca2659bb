import { NeatBrain } from './brain/neat-brain.js'
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
 * @throws NeatronError `CONFIG_INVALID`, `ARGUMENT_RANGE` for a wrong seed, `FITNESS_INVALID`,
 *   `CHECKPOINT_INVALID`, `CHECKPOINT_WRITE`, and whatever the brain fails with
 */
export async function evolve({ brain, ...options }: EvolveOptions): Promise<EvolveResult> {
  if (brain) return evolveWith({ ...options, brain })
  const own = NeatBrain.inProcess()
  try {
    return await evolveWith({ ...options, brain: own })
  } finally {
    await own.close()
  }
}
