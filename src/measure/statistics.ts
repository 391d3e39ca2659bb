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

/** How a bootstrap draws. */
export interface Draws {
  readonly random: Uniform
  readonly resamples?: number
  /**
   * Items that belong together, so many in a row: groups are drawn, and then items within each, so
   * that what sets whole groups apart (another server process, another moment) is in the interval.
   */
  readonly groupSize?: number
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
  draws: Draws,
): Estimate {
  const compute = (weights: Uint32Array, into: Float64Array) => {
    into[0] = statistic(weights)
  }
  return bootstrapAll(count, 1, compute, draws)[0]
}

/** As {@link bootstrap}, of several statistics that are cheaper to compute together. */
export function bootstrapAll(
  count: number,
  statistics: number,
  compute: (weights: Uint32Array, into: Float64Array) => void,
  { random, resamples = RESAMPLES, groupSize = count }: Draws,
): Estimate[] {
  const weights = new Uint32Array(count)
  const values = new Float64Array(statistics)
  const drawn = Array.from({ length: statistics }, () => new Float64Array(resamples))
  const groups = Math.ceil(count / groupSize)
  for (let r = 0; r < resamples; r++) {
    weights.fill(0)
    for (let g = 0; g < groups; g++) {
      const first = groupSize * (groups > 1 ? Math.floor(random() * groups) : 0)
      const size = Math.min(groupSize, count - first)
      for (let i = 0; i < size; i++) weights[first + Math.floor(random() * size)]++
    }
    compute(weights, values)
    for (let s = 0; s < statistics; s++) drawn[s][r] = values[s]
  }
  compute(weights.fill(1), values)
  const tail = (1 - CONFIDENCE) / 2
  const widening = groups > 1 ? fewGroups(groups) : 1
  return drawn.map((sample, s) => {
    sample.sort()
    const value = values[s]
    // A skewed statistic can fall outside the middle of its own resamples; an interval that leaves
    // out its figure would only puzzle.
    const low = Math.min(value, quantile(sample, tail))
    const high = Math.max(value, quantile(sample, 1 - tail))
    if (widening === 1 || low <= 0) return { value, low, high }
    return {
      value,
      low: value * (low / value) ** widening,
      high: value * (high / value) ** widening,
    }
  })
}

/** The 97.5 % point of Student's t for 1, 2, ... degrees of freedom. */
const STUDENT = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23]
const NORMAL = 1.96

/**
 * By how much an interval from few groups is widened: resampling `groups` groups shows their
 * variance (groups - 1) / groups times too small, and takes it for known where it is guessed from
 * a handful. Student's t answers for the second.
 */
function fewGroups(groups: number): number {
  const t = STUDENT[groups - 2] ?? NORMAL * (1 + 1.2 / (groups - 1))
  return (t / NORMAL) * Math.sqrt(groups / (groups - 1))
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
