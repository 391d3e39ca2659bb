/** Yields numbers uniform in [0, 1). */
export type Uniform = () => number

/** A figure with its confidence interval. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** How many resamples a bootstrap draws: the ends of a 95 % interval then move by about 1 % of it. */
const RESAMPLES = 1000

/** Two-sided confidence level of every interval in a report. */
const CONFIDENCE = 0.95

export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum / values.length
}

/**
 * The q-quantile (0 to 1) of ascending `sorted`, linear between neighbours (type 7 of Hyndman and
 * Fan 1996, the default of R and NumPy). NaN for no values.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN
  const position = q * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below] + (position - below) * (sorted[above] - sorted[below])
}

export function median(values: ArrayLike<number>): number {
  return quantile(Float64Array.from(values).sort(), 0.5)
}

/**
 * Percentile bootstrap (Efron 1979): draws `count` items with replacement, many times, and takes
 * the middle 95 % of what `statistic` makes of them. `statistic` gets how often each item was
 * drawn, so that it can weigh histograms without copying them; the value itself is that of every
 * item drawn once. With one item there is nothing to draw from, and the interval is the value.
 */
export function bootstrap(
  count: number,
  statistic: (weights: Uint32Array) => number,
  random: Uniform,
  resamples: number = RESAMPLES,
): Estimate {
  const compute = (weights: Uint32Array, into: Float64Array) => {
    into[0] = statistic(weights)
  }
  return bootstrapAll(count, 1, compute, random, resamples)[0]
}

/** As {@link bootstrap}, of several statistics that are cheaper to compute together. */
export function bootstrapAll(
  count: number,
  statistics: number,
  compute: (weights: Uint32Array, into: Float64Array) => void,
  random: Uniform,
  resamples: number = RESAMPLES,
): Estimate[] {
  const weights = new Uint32Array(count)
  const values = new Float64Array(statistics)
  const drawn = Array.from({ length: statistics }, () => new Float64Array(resamples))
  for (let r = 0; r < resamples; r++) {
    weights.fill(0)
    for (let i = 0; i < count; i++) weights[Math.floor(random() * count)]++
    compute(weights, values)
    for (let s = 0; s < statistics; s++) drawn[s][r] = values[s]
  }
  compute(weights.fill(1), values)
  const tail = (1 - CONFIDENCE) / 2
  return drawn.map((sample, s) => {
    sample.sort()
    const value = values[s]
    // A skewed statistic can fall outside the middle of its own resamples; an interval that leaves
    // out its figure would only puzzle.
    return {
      value,
      low: Math.min(value, quantile(sample, tail)),
      high: Math.max(value, quantile(sample, 1 - tail)),
    }
  })
}

/** The ratio a / b, with the widest interval that both intervals allow. */
export function ratio(a: Estimate, b: Estimate): Estimate {
  return { value: a.value / b.value, low: a.low / b.high, high: a.high / b.low }
}

/** The difference a - b, with the widest interval that both intervals allow. */
export function difference(a: Estimate, b: Estimate): Estimate {
  return { value: a.value - b.value, low: a.low - b.high, high: a.high - b.low }
}

/** `estimate` in another unit. */
export function scale(estimate: Estimate, factor: number): Estimate {
  return {
    value: estimate.value * factor,
    low: estimate.low * factor,
    high: estimate.high * factor,
  }
}

/** Where an estimate lies against a threshold: surely under it, surely over it, or neither. */
export function against(estimate: Estimate, threshold: number): 'under' | 'over' | 'unsure' {
  if (estimate.high < threshold) return 'under'
  if (estimate.low > threshold) return 'over'
  return 'unsure'
}

/**
 * How many values lie outside Tukey's fences, 1.5 interquartile ranges beyond the quartiles. They
 * are counted, and kept: a stall is a fact about the machine.
 */
export function outliers(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort()
  const low = quantile(sorted, 0.25)
  const high = quantile(sorted, 0.75)
  const reach = 1.5 * (high - low)
  return sorted.filter((value) => value < low - reach || value > high + reach).length
}

/** Largest relative difference between any two of `values`: (max - min) / mean; 0 for none. */
export function spread(values: readonly number[]): number {
  if (values.length === 0) return 0
  return (Math.max(...values) - Math.min(...values)) / mean(values)
}
