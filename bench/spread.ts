import { median, quantile } from '#src/measure/statistics.js'

/** A figure with its quartiles. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** Median and quartiles. */
export function spread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  return { median: median(sorted), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) }
}

/** The median, and the quartiles in brackets. */
export function spreadText({ median, low, high }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} - ${high.toFixed(digits)})`
}
