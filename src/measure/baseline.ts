import { NeatronError } from '../errors.js'
import type { Comparison, Measurement, Report } from './report-schema.js'
import type { Estimate } from './statistics.js'

/** The figures compared, and how far each moves from run to run on an unchanged machine. */
const NOISE = { rowNs: 0.1, p50: 0.1, p99: 0.25 } as const

type Figure = keyof typeof NOISE

/**
 * Compares a run with an earlier one, contender by contender. A figure is better or worse only when
 * the whole interval of its change lies beyond the noise that is allowed between runs: the
 * intervals of one run know nothing of how the next process lays out its memory.
 *
 * @throws NeatronError `BASELINE_MISMATCH` when the runs measured different things
 */
export function compareWithBaseline(before: Report, now: Report): Comparison[] {
  checkComparable(before, now)
  return now.measurements.flatMap((measurement) => {
    const earlier = before.measurements.find(({ name }) => name === measurement.name)
    return earlier ? compareFigures(earlier, measurement) : []
  })
}

/** Compares two measurements of one contender, figure by figure, where both have it. */
export function compareFigures(before: Measurement, now: Measurement): Comparison[] {
  return (Object.keys(NOISE) as Figure[]).flatMap((figure): Comparison[] => {
    const [from, to] = [estimate(before, figure), estimate(now, figure)]
    return from && to ? [compare(now.name, figure, from, to)] : []
  })
}

function estimate({ rowNs, callNs }: Measurement, figure: Figure): Estimate | null {
  return figure === 'rowNs' ? rowNs : callNs[figure]
}

function compare(name: string, figure: Figure, before: Estimate, now: Estimate): Comparison {
  const change = relativeChange(before, now)
  const noise = NOISE[figure]
  const verdict = change.low > noise ? 'worse' : change.high < -noise ? 'better' : 'no change'
  return { name, figure, before, now, change, verdict }
}

/**
 * now / before - 1. The two runs are independent, so the relative widths of their intervals add in
 * squares, on a logarithmic scale, on which a ratio is a difference.
 */
export function relativeChange(before: Estimate, now: Estimate): Estimate {
  const value = now.value / before.value
  const down = Math.hypot(Math.log(now.value / now.low), Math.log(before.high / before.value))
  const up = Math.hypot(Math.log(now.high / now.value), Math.log(before.value / before.low))
  return { value: value - 1, low: value * Math.exp(-down) - 1, high: value * Math.exp(up) - 1 }
}

function checkComparable(before: Report, now: Report): void {
  const same: [what: string, before: unknown, now: unknown][] = [
    ['CPU', before.environment.cpu, now.environment.cpu],
    ['trace', before.trace.source, now.trace.source],
    ['network', before.trace.connections, now.trace.connections],
    ['kind of run (--quick)', before.quick, now.quick],
  ]
  for (const [what, was, is] of same) {
    if (was === is) continue
    throw new NeatronError(
      'BASELINE_MISMATCH',
      `the baseline was measured with another ${what} (${was}, now ${is}); save a new one under another name`,
    )
  }
}
