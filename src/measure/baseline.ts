import { NeatronError } from '../errors.js'
import type { Comparison, Measurement, Report } from './report-schema.js'
import type { Estimate } from './statistics.js'

/**
 * The figures compared, and by how much each may differ between two runs before it counts: less is
 * nothing that anyone would act on, and layout of memory alone can do it.
 */
const NOISE = { rowNs: 0.1, p50: 0.1, p99: 0.25 } as const

type Figure = keyof typeof NOISE

/** What a yardstick tells of the machine: its medians are held against medians, its mean against means. */
interface MachineChange {
  readonly mean: Estimate
  readonly p50: Estimate | null
}

/** The yardsticks' changes from one run to another, as ratios now / before, by name. */
type Machine = ReadonlyMap<string, MachineChange>

/** With others at work on a larger share of all cores in one of the runs, nothing can be told. */
const MOST_OTHERS = 0.15

/** Which yardstick tells how the machine has changed for a contender. */
const yardstickOf = ({ protocol }: Measurement) => (protocol === null ? 'arithmetic' : 'echo')

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
  const machine = machineChange(before, now)
  const busy = [before, now].some(
    ({ environment }) => (environment.othersCpu.during ?? 0) > MOST_OTHERS,
  )
  const comparisons = now.measurements.flatMap((measurement) => {
    const earlier = before.measurements.find(({ name }) => name === measurement.name)
    return earlier ? compareFigures(earlier, measurement, machine, busy) : []
  })
  const changes = now.yardsticks.flatMap(({ name }) => {
    const change = machine.get(name)?.p50
    return change ? [{ name, change: lessOne(change) }] : []
  })
  return { machine: changes, comparisons }
}

function machineChange(before: Report, now: Report): Machine {
  const machine = new Map<string, MachineChange>()
  for (const { name, p50Ns, meanNs } of now.yardsticks) {
    const earlier = before.yardsticks.find((one) => one.name === name)
    if (!earlier) continue
    const p50 = p50Ns && earlier.p50Ns && quotient(p50Ns, earlier.p50Ns)
    machine.set(name, { mean: quotient(meanNs, earlier.meanNs), p50 })
  }
  return machine
}

/** Compares two measurements of one contender, figure by figure, where both have it. */
function compareFigures(
  before: Measurement,
  now: Measurement,
  machine: Machine,
  busy: boolean,
): Comparison[] {
  const yardstick = machine.get(yardstickOf(now))
  return (Object.keys(NOISE) as Figure[]).flatMap((figure): Comparison[] => {
    const [from, to] = [estimate(before, figure), estimate(now, figure)]
    if (!from || !to) return []
    const raw = quotient(to, from)
    const speed = figure === 'rowNs' ? yardstick?.mean : yardstick?.p50
    const change = lessOne(speed ? quotient(raw, speed) : raw)
    const verdict = busy ? 'cannot tell' : judge(change, NOISE[figure])
    return [{ name: now.name, figure, before: from, now: to, change, verdict }]
  })
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
