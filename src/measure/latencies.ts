import { encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { LatencyHistogram } from '../brain/latency-histogram.js'
import { bootstrap, type Estimate, type Uniform } from './statistics.js'

/** The percentiles of a report, in the order of its columns. */
export const PERCENTILES = [50, 95, 99, 99.9] as const

/**
 * A percentile stands only when at least this many samples lie beyond it: with fewer, it is the
 * luck of a handful of calls. So p99 needs 1,000 samples and p99.9 needs 10,000.
 */
export const SAMPLES_BEYOND = 10

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
    return this.histogram.getValueAtPercentile(percentile) / this.callsPerSample
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

  /** As HdrHistogram's log readers take it: V2, compressed, base64. */
  encoded(): string {
    return encodeIntoCompressedBase64(this.histogram)
  }
}

/** Points of a percentile curve, spaced evenly on a scale that is logarithmic towards the tail. */
export const curvePercentiles: readonly number[] = Array.from({ length: 33 }, (_, i) => {
  const beyond = 10 ** (-i / 8)
  return Math.round((1 - beyond) * 1e8) / 1e6
})

/**
 * Percentiles of several rounds pooled, each with a bootstrap interval over the rounds: rounds are
 * drawn, not calls, because calls of one moment are not independent of each other. Null where the
 * pooled samples are too few.
 */
export function pooledPercentiles(
  rounds: readonly Latencies[],
  percentiles: readonly number[],
  random: Uniform,
): (Estimate | null)[] {
  const table = countsByValue(rounds)
  const samples = rounds.reduce((sum, round) => sum + round.samples, 0)
  const callsPerSample = rounds[0]?.callsPerSample ?? 1
  return percentiles.map((percentile) => {
    if (samples < samplesNeeded(percentile)) return null
    return bootstrap(
      rounds.length,
      (weights) => weightedPercentile(table, weights, percentile) / callsPerSample,
      random,
      300,
    )
  })
}

interface CountTable {
  /** Ascending, in nanoseconds a sample. */
  readonly values: Float64Array
  /** For each round, its count of each value. */
  readonly counts: readonly Float64Array[]
  readonly totals: readonly number[]
}

function countsByValue(rounds: readonly Latencies[]): CountTable {
  const recorded = rounds.map((round) => recordedValues(round.histogram))
  const values = Float64Array.from(
    [...new Set(recorded.flatMap((pairs) => pairs.map(([value]) => value)))].sort((a, b) => a - b),
  )
  const index = new Map(Array.from(values, (value, i) => [value, i]))
  const counts = recorded.map((pairs) => {
    const row = new Float64Array(values.length)
    for (const [value, count] of pairs) row[index.get(value)!] = count
    return row
  })
  return { values, counts, totals: rounds.map((round) => round.samples) }
}

function weightedPercentile(table: CountTable, weights: Uint32Array, percentile: number): number {
  let total = 0
  for (let r = 0; r < weights.length; r++) total += weights[r] * table.totals[r]
  const wanted = Math.max(1, Math.ceil((percentile / 100) * total - 1e-9))
  let seen = 0
  for (let v = 0; v < table.values.length; v++) {
    for (let r = 0; r < weights.length; r++) seen += weights[r] * table.counts[r][v]
    if (seen >= wanted) return table.values[v]
  }
  return table.values.at(-1) ?? Number.NaN
}

/** Every value recorded (the highest it may stand for, as percentiles give it) with its count. */
function recordedValues(histogram: LatencyHistogram): [value: number, count: number][] {
  const pairs: [number, number][] = []
  for (let i = 0; i < histogram.countsArrayLength; i++) {
    const count = histogram.getCountAtIndex(i)
    if (count > 0)
      pairs.push([histogram.highestEquivalentValue(histogram.valueFromIndex(i)), count])
  }
  return pairs
}
