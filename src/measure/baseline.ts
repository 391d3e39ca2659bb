import { NeatronError } from '../errors.js'
import type { Comparison, Measurement, Report, Yardstick } from './report-schema.js'
import { type Estimate, scale } from './statistics.js'

/**
 * The figures compared, and by how much each may differ between two runs before it counts: less is
 * nothing that anyone would act on, and layout of memory alone can do it.
 */
const NOISE = { rowNs: 0.1, p50: 0.1, p99: 0.25 } as const

type Figure = keyof typeof NOISE

/** One yardstick in both runs. */
interface Pair {
  readonly before: Yardstick
  readonly now: Yardstick
}

/** The yardsticks that both runs have, by name. */
type Yardsticks = ReadonlyMap<string, Pair>

/** With others at work on a larger share of all cores in one of the runs, nothing can be told. */
export const MOST_OTHERS = 0.15

/**
 * Compares a run with an earlier one, contender by contender. A figure is better or worse only when
 * the whole interval of its change lies beyond the noise that is allowed between runs. What the
 * machine itself became slower or faster by, as its yardsticks show, is taken off first; on a machine
 * that was busy with other things nothing can be told.
 *
 * @throws NeatronError `BASELINE_MISMATCH` when the runs measured different things
 */
export function compareWithBaseline(
  before: Report,
  now: Report,
): Pick<NonNullable<Report['baseline']>, 'machine' | 'comparisons'> {
  checkComparable(before, now)
  const yardsticks = pairs(before, now)
  const busy = [before, now].some(
    ({ environment }) => (environment.othersCpu.during ?? 0) > MOST_OTHERS,
  )
  const comparisons = now.measurements.flatMap((measurement) => {
    const earlier = before.measurements.find(({ name }) => name === measurement.name)
    return earlier ? compareFigures(earlier, measurement, yardsticks, busy) : []
  })
  const machine = [...yardsticks.values()].flatMap(({ before: { name, p50Ns }, now: later }) =>
    p50Ns && later.p50Ns ? [{ name, change: lessOne(quotient(later.p50Ns, p50Ns)) }] : [],
  )
  return { machine, comparisons }
}

function pairs(before: Report, now: Report): Yardsticks {
  return new Map(
    now.yardsticks.flatMap((later) => {
      const earlier = before.yardsticks.find(({ name }) => name === later.name)
      return earlier ? [[later.name, { before: earlier, now: later }]] : []
    }),
  )
}

/** Compares two measurements of one contender, figure by figure, where both have it. */
function compareFigures(
  before: Measurement,
  now: Measurement,
  yardsticks: Yardsticks,
  busy: boolean,
): Comparison[] {
  return (Object.keys(NOISE) as Figure[]).flatMap((figure): Comparison[] => {
    const [from, to] = [estimate(before, figure), estimate(now, figure)]
    if (!from || !to) return []
    const change = lessOne(quotient(asBefore(to, figure, now, yardsticks), from))
    const verdict = busy ? 'cannot tell' : judge(change, NOISE[figure])
    return [{ name: now.name, figure, before: from, now: to, change, verdict }]
  })
}

/**
 * What a figure would have been on the machine as it was: computing takes as much longer or shorter
 * as arithmetic does, and an exchange over HTTP as many nanoseconds more or less as an echo's, since
 * waking a process costs the same whatever it then computes. With many calls in flight nobody waits
 * to be woken.
 */
function asBefore(
  figure: Estimate,
  name: Figure,
  { protocol, inFlight, rowsPerCall }: Measurement,
  yardsticks: Yardsticks,
): Estimate {
  const of = ({ p50Ns, meanNs }: Yardstick) => (name === 'rowNs' ? meanNs : p50Ns)
  const arithmetic = yardsticks.get('arithmetic')
  const slower = arithmetic
    ? (of(arithmetic.now)?.value ?? 1) / (of(arithmetic.before)?.value ?? 1)
    : 1
  const computed = (part: Estimate) => scale(part, 1 / slower)
  const echo = yardsticks.get('echo')
  const [then, now] = echo ? [of(echo.before), of(echo.now)] : []
  if (protocol === null || inFlight > 1 || !then || !now) return computed(figure)
  const calls = name === 'rowNs' ? 1 / rowsPerCall : 1
  return sum(computed(sum(figure, scale(now, -calls))), scale(then, calls))
}

/** a + b of independent estimates: the widths of their intervals add in squares. */
function sum(a: Estimate, b: Estimate): Estimate {
  const value = a.value + b.value
  const [aWidths, bWidths] = [a, b].map(({ value: middle, low, high }) => [
    Math.abs(middle - Math.min(low, high)),
    Math.abs(Math.max(low, high) - middle),
  ])
  return {
    value,
    low: value - Math.hypot(aWidths[0], bWidths[0]),
    high: value + Math.hypot(aWidths[1], bWidths[1]),
  }
}

function judge(change: Estimate, noise: number): Comparison['verdict'] {
  if (change.low > noise) return 'worse'
  return change.high < -noise ? 'better' : 'no change'
}

function estimate({ rowNs, callNs }: Measurement, figure: Figure): Estimate | null {
  return figure === 'rowNs' ? rowNs : callNs[figure]
}

/**
 * a / b of independent estimates: the relative widths of their intervals add in squares, on a
 * logarithmic scale, on which a ratio is a difference.
 */
export function quotient(a: Estimate, b: Estimate): Estimate {
  const value = a.value / b.value
  if (!(a.low > 0)) return { value, low: 0, high: a.high / b.low }
  const down = Math.hypot(Math.log(a.value / a.low), Math.log(b.high / b.value))
  const up = Math.hypot(Math.log(a.high / a.value), Math.log(b.value / b.low))
  return { value, low: value * Math.exp(-down), high: value * Math.exp(up) }
}

function lessOne({ value, low, high }: Estimate): Estimate {
  return { value: value - 1, low: low - 1, high: high - 1 }
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
