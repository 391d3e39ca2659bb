import type { BenchPlan } from '#src/measure/plan.js'

/** The least that can be compared. */
export const plan: BenchPlan = {
  warmUpMs: 1,
  rounds: { inProcessMs: 1, remoteMs: 1, roundsPerWindow: 1, minWindows: 3, maxWindows: 3 },
  traceRows: 64,
  batches: [8],
  population: 20,
  generations: 1,
  trainingRows: 100,
  trainingSeconds: 0,
  ladder: { milliseconds: 10, calls: 5, rows: 8 },
  expected: 'no time',
}
