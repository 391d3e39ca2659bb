import Table from 'cli-table3'
import type { BudgetLine } from './budgets.js'
import { type Samples, spread } from './pool.js'

const PLAIN = { head: [], border: [] }

const digits = (value: number) => value.toFixed(Math.abs(value) < 100 ? 1 : 0)

/** Medians with their quartiles, fastest first, each for one of `parts`. */
export function samplesTable(samples: Samples, parts: number): string {
  const table = new Table({
    head: ['', 'median ns', 'quartiles', 'times the fastest'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: PLAIN,
  })
  const rows = [...samples]
    .map(([name, list]) => ({ name, ...spread(list.map((value) => value / parts)) }))
    .sort((a, b) => a.median - b.median)
  for (const { name, median, low, high } of rows) {
    table.push([
      name,
      digits(median),
      `${digits(low)} - ${digits(high)}`,
      digits(median / rows[0].median),
    ])
  }
  return table.toString()
}

/** Every budget, and whether it holds. */
export function budgetTable(lines: readonly BudgetLine[]): string {
  const table = new Table({
    head: ['budget', 'genome', 'to reach', 'reached', 'holds'],
    colAligns: ['left', 'left', 'right', 'right', 'left'],
    style: PLAIN,
  })
  for (const { budget, genome, unit, target, reached, holds } of lines) {
    const bound = unit === 'times' ? `at least ${target} ${unit}` : `at most ${target} ${unit}`
    table.push([budget, genome, bound, digits(reached), holds ? 'yes' : 'NO'])
  }
  return table.toString()
}
