import type { Config } from './config.js'

/** Generations without a new low of complexity after which a pruning phase ends. */
const PATIENCE = 5

/** Whether structure is being added or removed. */
export interface Phase {
  readonly pruning: boolean
  /** Mean connection genes at the end of the last pruning, or their lowest in this one. */
  readonly connections: number
  /** Generations of this pruning since that low. */
  readonly stalled: number
}

/** The phase of a generation's children, from the mean connection genes of that generation. */
export function nextPhase(phase: Phase, connections: number, config: Config): Phase {
  if (config.pruneAfter === 0) return phase
  if (!phase.pruning) {
    const grown = connections >= phase.connections + config.pruneAfter
    return grown ? { pruning: true, connections, stalled: 0 } : phase
  }
  if (connections < phase.connections) return { pruning: true, connections, stalled: 0 }
  const stalled = phase.stalled + 1
  return { pruning: stalled < PATIENCE, connections: phase.connections, stalled }
}
