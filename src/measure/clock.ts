import { nowNs } from '../brain/recorder.js'

/** What reading the clock costs, as measured on this machine. */
export interface ClockCost {
  /** Nanoseconds that one reading adds to a span timed with two. */
  readonly overheadNs: number
  /** The smallest step seen between two different readings, in nanoseconds. */
  readonly resolutionNs: number
}

/** The share of a sample that reading the clock may make up before calls are timed in blocks. */
export const CLOCK_SHARE = 0.02

/**
 * Measures the clock by reading it back to back: the fastest of several runs. The cost is taken off
 * samples, so what interrupted the other runs must not be in it.
 */
export function measureClock(): ClockCost {
  const readings = 20_000
  const costs: number[] = []
  let resolution = Number.POSITIVE_INFINITY
  for (let run = 0; run < 9; run++) {
    const start = nowNs()
    let last = start
    for (let i = 0; i < readings; i++) {
      const now = nowNs()
      if (now > last && now - last < resolution) resolution = now - last
      last = now
    }
    costs.push((last - start) / readings)
  }
  return { overheadNs: Math.min(...costs), resolutionNs: Math.max(1, Math.round(resolution)) }
}

/**
 * How many calls a sample must hold so that reading the clock is at most {@link CLOCK_SHARE} of
 * it: 1 for calls that take long enough by themselves.
 */
export function callsPerSample(callNs: number, clock: ClockCost): number {
  return Math.max(1, Math.ceil(clock.overheadNs / (CLOCK_SHARE * callNs)))
}
