import type { Measurement } from '../measure/report-schema.js'
import type { Estimate } from '../measure/statistics.js'
import { digits } from '../measure/units.js'

/** What stands in a table: text, and for a figure its interval, shown where there is room for it. */
export type Cell = string | { readonly text: string; readonly interval: string }

/** A cell without its interval. */
export function cellText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

/** A table, ready for the terminal, Markdown or HTML. */
export interface Table {
  readonly title: string
  readonly headers: readonly string[]
  /** One cell for each header; the first column holds names, the others figures. */
  readonly rows: readonly (readonly Cell[])[]
  /** What the reader needs to read it right. */
  readonly notes: readonly string[]
  /** Long, and looked at by few. */
  readonly folded?: boolean
}

export interface Column<Row> {
  readonly header: string
  cell(row: Row): Cell
}

export function table<Row>(
  title: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  notes: readonly string[],
): Table {
  return {
    title,
    headers: columns.map(({ header }) => header),
    rows: rows.map((row) => columns.map((column) => column.cell(row))),
    notes,
  }
}

export const NONE = '-'

/** A figure with its interval, `by` times smaller. */
export function figure(estimate: Estimate | null, by = 1): Cell {
  if (!estimate) return NONE
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((part) =>
    digits(part / by),
  )
  return low === high ? value : { text: value, interval: `${low} to ${high}` }
}

/** Nanoseconds as a number of microseconds. */
export const us = (estimate: Estimate | null) => figure(estimate, 1000)

export function number(value: number | null): string {
  return value === null ? NONE : digits(value)
}

/** Heads the column that tells an interval where only text can be shown. */
export const PLUS_MINUS = '+/-'

/** Half the width of an interval, relative to the figure: `5 %`. */
export function plusMinus({ value, low, high }: Estimate): string {
  const share = (Math.max(high - value, value - low) / value) * 100
  return `${share < 1 ? share.toFixed(1) : share.toFixed(0)} %`
}

/** VALID, UNSTABLE, or INVALID with the rules that failed. */
export function standing(row: {
  invalid: Measurement['invalid']
  unstable?: string | null
}): string {
  if (row.invalid.length > 0) return `INVALID: ${row.invalid.map(({ rule }) => rule).join(', ')}`
  return row.unstable ? 'UNSTABLE' : 'VALID'
}
