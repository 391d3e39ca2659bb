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
    const [then, later] = comparable(figure, before, now, yardsticks) ?? [from, to]
    const change = lessOne(quotient(later, then))
    const verdict = busy ? 'cannot tell' : judge(change, NOISE[figure])
    return [{ name: now.name, figure, before: from, now: to, change, verdict }]
  })
}

/**
 * A figure of both runs, as it would have been on the machine as it was before. Computing takes as
 * much longer or shorter as arithmetic does. Of an exchange over HTTP, what it takes more than an
 * echo in the same rounds is compared, on top of what an echo took before: waking a process costs the
 * same whatever it then computes, and whatever disturbs both at once drops out. With many calls in
 * flight nobody waits to be woken. Null without yardsticks.
 */
function comparable(
  figure: Figure,
  before: Measurement,
  now: Measurement,
  yardsticks: Yardsticks,
): [Estimate, Estimate] | null {
  const of = ({ p50Ns, meanNs }: Yardstick) => (figure === 'rowNs' ? meanNs : p50Ns)?.value ?? null
  const { arithmetic, echo } = Object.fromEntries(yardsticks)
  const [fast, slow] = arithmetic ? [of(arithmetic.before), of(arithmetic.now)] : []
  const [from, to] = [estimate(before, figure), estimate(now, figure)]
  if (!fast || !slow || !from || !to) return null
  const computed = (part: Estimate) => scale(part, fast / slow)
  const exchange = echo && of(echo.before)
  const [over, overNow] = [before, now].map((row) => overEcho(row, figure))
  if (!exchange || !over || !overNow) return [from, computed(to)]
  const share = figure === 'rowNs' ? exchange / now.rowsPerCall : exchange
  return [shifted(over, share), shifted(computed(overNow), share)]
}

/** What a row or a call took more than an echo; of a p99 the echo has none to take off. */
function overEcho({ overEcho: over, rowsPerCall }: Measurement, figure: Figure): Estimate | null {
  if (!over || figure === 'p99') return null
  return figure === 'rowNs' ? scale(over.meanNs, 1 / rowsPerCall) : over.p50Ns
}

function shifted({ value, low, high }: Estimate, by: number): Estimate {
  return { value: value + by, low: low + by, high: high + by }
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
