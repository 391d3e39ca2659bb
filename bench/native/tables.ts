import Table from 'cli-table3'
import { spread } from '../spread.js'
import type { Budget } from './budgets.js'
import type { Samples } from './pool.js'

/** Plain text, and no line between rows. */
const STYLE = {
  style: { head: [], border: [], compact: true },
}

const digits = (value: number) => value.toFixed(Math.abs(value) < 100 ? 1 : 0)

/** Medians with their quartiles, fastest first, each for one of `parts`. */
export function samplesTable(samples: Samples, parts: number): string {
  const table = new Table({
    head: ['', 'median ns', 'quartiles', 'times the fastest'],
    colAligns: ['left', 'right', 'right', 'right'],
    ...STYLE,
  })
  const rows = [...samples]
    .map(([name, rounds]) => ({ name, ...spread(rounds.flat().map((value) => value / parts)) }))
    .sort((a, b) => a.median - b.median)
  for (const { name, median, low, high } of rows) {
    const times = digits(median / rows[0].median)
    table.push([name, digits(median), `${digits(low)} - ${digits(high)}`, times])
  }
  return table.toString()
}

/** Every budget, and whether it holds. */
export function budgetTable(budgets: readonly Budget[]): string {
  const table = new Table({
    head: ['budget', 'genome', 'to reach', 'reached', 'quartiles', 'holds'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
    ...STYLE,
  })
  for (const { what, genome, unit, goal, ratio, low, high, holds } of budgets) {
    const bound = `at ${unit === 'x' || unit === '%' ? 'least' : 'most'} ${goal} ${unit}`
    const spread = `${digits(low)} - ${digits(high)}`
    table.push([what, genome, bound, digits(ratio), spread, holds ? 'yes' : 'NO'])
  }
  return table.toString()
}

/** What the misses consist of. */
export function missesText(budgets: readonly Budget[]): string {
  return budgets
    .filter(({ holds }) => !holds)
    .map(({ what, genome, why }) => `- ${what}, ${genome}: ${why ?? 'as cargo bench prints above'}`)
    .join('\n')
}
