// This module alone: the package's index also unpacks its WebAssembly, and every program that
// imports neatron would wait for that.
import float64Histogram from 'hdr-histogram-js/dist/Float64Histogram.js'

/** Significant decimal digits kept of every recorded time. */
const DIGITS = 3
/** log2 of the values that share a bucket's resolution at {@link DIGITS} digits: 2 x 10^3, rounded up to 2^11. */
const SUB_BUCKET_BITS = 11
/** Histograms begin with room for 4 ms and grow when a slower time comes. */
const FIRST_HIGHEST_NS = 2 ** 22

/** Percentiles of a histogram, in nanoseconds; all 0 while nothing is recorded. */
export interface LatencySummary {
  p50: number
  p95: number
  p99: number
  /** The 99.9th percentile. */
  p999: number
  /** The slowest time recorded, exact. */
  max: number
}

/**
 * An HDR histogram of whole nanoseconds, 3 significant digits, that grows as needed. Counts are
 * doubles: a long run has more rows than 32 bits can count.
 *
 * The library finds a value's bucket by floating-point logarithms and powers, 130 ns a value. For
 * times below 2 s this class finds the same bucket with integer arithmetic, in under 20 ns, so
 * that recording costs less than the call it records. (The library's WebAssembly histograms take
 * 25 ns, but live in memory that must be freed by hand.)
 */
export class LatencyHistogram extends float64Histogram.default {
  constructor() {
    super(1, FIRST_HIGHEST_NS, DIGITS)
    this.autoResize = true
  }

  override countsArrayIndex(value: number): number {
    if (value < 0 || value >= 2 ** 31) return super.countsArrayIndex(value)
    const shift = 32 - SUB_BUCKET_BITS - Math.clz32(value)
    if (shift <= 0) return value | 0
    return (shift << (SUB_BUCKET_BITS - 1)) + (value >>> shift)
  }

  /** The percentiles reported everywhere. */
  summarize(): LatencySummary {
    const max = this.maxValue
    // A percentile is its bucket's upper end, which may lie above the slowest time itself.
    const at = (percentile: number) => Math.min(this.getValueAtPercentile(percentile), max)
    return { p50: at(50), p95: at(95), p99: at(99), p999: at(99.9), max }
  }
}

/** The two histograms kept of inference: `call` counts a call's time once, `row` its time / rows, rows times. */
export interface LatencyHistograms {
  readonly call: LatencyHistogram
  readonly row: LatencyHistogram
}

/** An empty pair. */
export function latencyHistograms(): LatencyHistograms {
  return { call: new LatencyHistogram(), row: new LatencyHistogram() }
}
