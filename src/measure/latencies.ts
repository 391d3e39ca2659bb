import { LatencyHistogram } from '../brain/latency-histogram.js'
import { bootstrapAll, type Draws, type Estimate, scale } from './statistics.js'

/** The percentiles of a report, in the order of its columns. */
export const PERCENTILES = [50, 95, 99, 99.9] as const

/**
 * A percentile stands only when at least this many samples lie beyond it: with fewer, it is the
 * luck of a handful of calls. So p99 needs 1,000 samples and p99.9 needs 10,000.
 */
const SAMPLES_BEYOND = 10

/** How many samples `percentile` (0 to 100) needs before it is printed. */
export function samplesNeeded(percentile: number): number {
  return Math.ceil(SAMPLES_BEYOND / (1 - percentile / 100) - 1e-6)
}

/**
 * Latencies of calls. A sample is the time of `callsPerSample` calls in a row, because a native
 * call is shorter than two readings of the clock cost; figures are given for one call. The
 * histogram keeps whole samples, so 3 digits of precision remain for calls of 20 ns.
 */
export class Latencies {
  readonly histogram = new LatencyHistogram()

  constructor(readonly callsPerSample = 1) {}

  /** Adds a sample of `nanoseconds` for all its calls together. */
  record(nanoseconds: number): void {
    this.histogram.recordValue(Math.max(1, Math.round(nanoseconds)))
  }

  get samples(): number {
    return this.histogram.totalCount
  }

  /** Nanoseconds a call. */
  get max(): number {
    return this.histogram.maxValue / this.callsPerSample
  }

  /** Nanoseconds a call. */
  get min(): number {
    return this.histogram.minNonZeroValue / this.callsPerSample
  }

  /** Nanoseconds a call, or null when there are too few samples for `percentile` (0 to 100). */
  percentile(percentile: number): number | null {
    if (this.samples < samplesNeeded(percentile)) return null
    // A percentile is its bucket's upper end, which may lie above the slowest sample itself.
    const { maxValue } = this.histogram
    return Math.min(this.histogram.getValueAtPercentile(percentile), maxValue) / this.callsPerSample
  }

  /**
   * The percentile curve: at each percentile of {@link curvePercentiles} that has enough samples,
   * the nanoseconds of a call.
   */
  curve(): [percentile: number, nanoseconds: number][] {
    return curvePercentiles.flatMap((at): [number, number][] => {
      const value = this.percentile(at)
      return value === null ? [] : [[at, value]]
    })
  }

  add(other: Latencies): void {
    this.histogram.add(other.histogram)
  }
}

/** Points of a percentile curve, spaced evenly on a scale that is logarithmic towards the tail. */
export const curvePercentiles: readonly number[] = Array.from({ length: 33 }, (_, i) => {
  const beyond = 10 ** (-i / 8)
  return Math.round((1 - beyond) * 1e8) / 1e6
})

/** Resamples for intervals of percentiles, each of which is a pass over all that was recorded. */
const RESAMPLES = 300

/**
 * Percentiles (ascending) of several rounds pooled, each with a bootstrap interval over the rounds:
 * rounds are drawn, not calls, because calls of one moment are not independent of each other. Null
 * where the pooled samples are too few.
 */
export function pooledPercentiles(
  rounds: readonly Latencies[],
  percentiles: readonly number[],
  draws: Draws,
): (Estimate | null)[] {
  const samples = rounds.reduce((sum, round) => sum + round.samples, 0)
  const enough = percentiles.filter((percentile) => samples >= samplesNeeded(percentile))
  const pooled = pool(rounds)
  const estimates = bootstrapAll(
    rounds.length,
    enough.length,
    (weights, into) => weightedPercentiles(pooled, weights, enough, into),
    { resamples: RESAMPLES, ...draws },
  )
  const callsPerSample = rounds[0]?.callsPerSample ?? 1
  return percentiles.map((_, i) => {
    const estimate = estimates[i]
    return estimate === undefined ? null : scale(estimate, 1 / callsPerSample)
  })
}

/**
 * What a percentile of `rounds` is above that of `others`, with an interval: both are taken of the
 * same rounds in every resample, so that what hit both at once is not in it. Null where the samples
 * of either are too few.
 */
export function pooledDifference(
  rounds: readonly Latencies[],
  others: readonly Latencies[],
  percentile: number,
  draws: Draws,
): Estimate | null {
  const sides = [rounds, others].map((side) => ({
    pooled: pool(side),
    samples: side.reduce((sum, { samples }) => sum + samples, 0),
    callsPerSample: side[0]?.callsPerSample ?? 1,
  }))
  if (sides.some(({ samples }) => samples < samplesNeeded(percentile))) return null
  const [one, other] = sides
  const compute = (weights: Uint32Array, into: Float64Array) => {
    weightedPercentiles(other.pooled, weights, [percentile], into)
    const less = into[0] / other.callsPerSample
    weightedPercentiles(one.pooled, weights, [percentile], into)
    into[0] = into[0] / one.callsPerSample - less
  }
  return bootstrapAll(rounds.length, 1, compute, { resamples: RESAMPLES, ...draws })[0]
}

/** What was recorded in all rounds: value by value, ascending, which round recorded it how often. */
interface Pooled {
  readonly values: Float64Array
  readonly rounds: Uint32Array
  readonly counts: Float64Array
  /** Samples of each round. */
  readonly totals: readonly number[]
}

function pool(rounds: readonly Latencies[]): Pooled {
  const entries = rounds.flatMap((round, r) =>
    recordedValues(round.histogram).map(([value, count]) => ({ value, count, r })),
  )
  entries.sort((a, b) => a.value - b.value)
  const slowest = rounds.reduce((most, { histogram }) => Math.max(most, histogram.maxValue), 0)
  return {
    values: Float64Array.from(entries, ({ value }) => Math.min(value, slowest)),
    rounds: Uint32Array.from(entries, ({ r }) => r),
    counts: Float64Array.from(entries, ({ count }) => count),
    totals: rounds.map((round) => round.samples),
  }
}

function weightedPercentiles(
  { values, rounds, counts, totals }: Pooled,
  weights: Uint32Array,
  percentiles: readonly number[],
  into: Float64Array,
): void {
  let total = 0
  for (let r = 0; r < weights.length; r++) total += weights[r] * totals[r]
  const rank = (p: number) => Math.max(1, Math.ceil((percentiles[p] / 100) * total - 1e-9))
  let p = 0
  let seen = 0
  for (let i = 0; i < values.length && p < percentiles.length; i++) {
    seen += weights[rounds[i]] * counts[i]
    while (p < percentiles.length && seen >= rank(p)) into[p++] = values[i]
  }
}

/** Every value recorded (the highest it may stand for, as percentiles give it) with its count. */
export function recordedValues(histogram: LatencyHistogram): [value: number, count: number][] {
  const pairs: [number, number][] = []
  for (let i = 0; i < histogram.countsArrayLength; i++) {
    const count = histogram.getCountAtIndex(i)
    if (count > 0)
      pairs.push([histogram.highestEquivalentValue(histogram.valueFromIndex(i)), count])
  }
  return pairs
}
