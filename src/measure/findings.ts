import { Random } from '../neat/random.js'
import type { Cores } from './placement.js'
import type { Ladder, Measurement, Report, Training, Yardstick } from './report-schema.js'
import type { Uniform } from './statistics.js'

/** Everything measured so far; an interrupted run is reported with what is here. */
export interface Findings {
  measurements: Measurement[]
  training: Training[]
  ladders: Ladder[]
  yardsticks: Yardstick[]
  skipped: Report['skipped']
  /** Share of the machine that others took meanwhile; null where unknown. */
  othersCpu: number | null
  /** Cores that main threads were kept on; null where they were free. */
  cores: Cores | null
  /** HdrHistogram logs, by the name of their contender. */
  logs: Map<string, string>
}

/** Streams of the seed, so that no part of a run changes the numbers of another. */
export const STREAM = { trace: 1000, order: 1001, bootstrap: 1002, arrivals: 1003 } as const

/** The numbers of one stream of a seed. */
export function uniform(seed: number, purpose: number): Uniform {
  const random = new Random(seed, purpose)
  return () => random.next()
}
