import { spread } from '../spread.js'
import { byRound, ratioOf, type Samples } from './pool.js'
import { ROWS } from './single-call.js'
import { text } from './tables.js'
import { POPULATION, type TrainingSpeed } from './training.js'

export interface Budget {
  readonly budget: string
  readonly target: string
  readonly reached: string
  readonly holds: boolean
}

/** The budgets of single calls and of batches, on one genome. */
export function callBudgets(genome: string, samples: Samples): Budget[] {
  const overEcho = ratioOf(samples, 'one row', 'echo')
  const many = byRound(samples, `${ROWS} rows, binary`, 0.5)
  const cheaper = spread(
    byRound(samples, 'one row', 0.5).map((us, round) => (us * ROWS) / many[round]),
  )
  return [
    {
      budget: `${genome}: single call p50 over the echo`,
      target: 'at most 1.3 times',
      reached: text(overEcho, 2),
      holds: overEcho.median <= 1.3,
    },
    {
      budget: `${genome}: a row of ${ROWS}, binary, against a single call`,
      target: 'at least 40 times cheaper',
      reached: text(cheaper, 0),
      holds: cheaper.median >= 40,
    },
  ]
}

/** The budget of remote training, with rows as JSON in both cases. */
export function trainingBudget([single, whole]: readonly TrainingSpeed[]): Budget {
  const faster = whole.generationsPerSecond.median / single.generationsPerSecond.median
  return {
    budget: `training, batch ${POPULATION} against single calls`,
    target: 'at least 20 times',
    reached: faster.toFixed(1),
    holds: faster >= 20,
  }
}
