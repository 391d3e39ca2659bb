import { samplesNeeded } from './latencies.js'
import type { RoundPlan } from './rounds.js'

/** How much of everything a run measures. */
export interface BenchPlan {
  readonly warmUpMs: number
  readonly rounds: RoundPlan
  /** Rows that the champion answers: enough that no cache of answers could help. */
  readonly traceRows: number
  /** Rows a call for batches, in process and remote. Each divides the trace. */
  readonly batches: readonly number[]
  readonly population: number
  /** At most; training ends when the task is solved. */
  readonly generations: number
  /** Rows that a training session may ask: a single call for each takes 0.2 ms. */
  readonly trainingRows: number
  /** Each mode's sessions are repeated until they have taken this long. */
  readonly trainingSeconds: number
  /**
   * Each step of a rate ladder lasts at least so long, and until so many calls were due. One ladder
   * is climbed with one row a call, one with `rows`. Null for none.
   */
  readonly ladder: {
    readonly milliseconds: number
    readonly calls: number
    readonly rows: number
  } | null
  /** What a user is told before it begins. */
  readonly expected: string
}

/** A fifth more than a p99 needs: arrivals are random. */
const CALLS_FOR_P99 = 1.2 * samplesNeeded(99)

/** At most 90 seconds on two cores, with the wider intervals that come with it. */
export const quickPlan: BenchPlan = {
  warmUpMs: 200,
  rounds: { inProcessMs: 30, remoteMs: 150, roundsPerWindow: 4, minWindows: 3, maxWindows: 4 },
  traceRows: 4096,
  batches: [8, 64],
  population: 80,
  generations: 10,
  trainingRows: 50_000,
  trainingSeconds: 1,
  ladder: { milliseconds: 500, calls: CALLS_FOR_P99, rows: 64 },
  expected: '60 to 90 seconds',
}

/** Some minutes, for figures to keep. */
export const fullPlan: BenchPlan = {
  warmUpMs: 600,
  rounds: { inProcessMs: 100, remoteMs: 500, roundsPerWindow: 6, minWindows: 3, maxWindows: 6 },
  traceRows: 4096,
  batches: [8, 64, 512],
  population: 150,
  generations: 10,
  trainingRows: 500_000,
  trainingSeconds: 10,
  ladder: { milliseconds: 2000, calls: CALLS_FOR_P99, rows: 64 },
  expected: '4 to 7 minutes',
}
