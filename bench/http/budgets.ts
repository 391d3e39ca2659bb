import { spread, spreadText as text } from '../spread.js'
import { byRound, ratioOf, type Samples } from './pool.js'
import { ROWS } from './single-call.js'
import { POPULATION, type TrainingSpeed } from './training.js'

export interface Budget {
  readonly budget: string
  readonly target: string
  readonly reached: string
  readonly holds: boolean
}

/** The budgets of single calls and of batches, on one genome. */
export function callBudgets(genome: string, samples: Samples): Budget[] {
  const many = byRound(samples, `${ROWS} rows, binary`, 0.5)
  const cheaper = spread(
    byRound(samples, 'one row', 0.5).map((us, round) => (us * ROWS) / many[round]),
  )
  return [
    ...['one row', 'one row, native rounding']
      .filter((name) => samples.has(name))
      .map((name) => overEcho(`${genome}: ${name}, p50 over the echo`, samples, name)),
    {
      budget: `${genome}: a row of ${ROWS}, binary, against a single call`,
      target: 'at least 40 times cheaper',
      reached: text(cheaper, 0),
      holds: cheaper.median >= 40,
    },
  ]
}

function overEcho(budget: string, samples: Samples, name: string): Budget {
  const ratio = ratioOf(samples, name, 'echo')
  const target = 'at most 1.3 times'
  return { budget, target, reached: text(ratio, 2), holds: ratio.median <= 1.3 }
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
