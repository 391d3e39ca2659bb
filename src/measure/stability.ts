import { Latencies } from './latencies.js'
import type { Round } from './rounds.js'
import { spread } from './statistics.js'

/** Windows that must agree, counted from the last. */
const WINDOWS = 3

/**
 * A window's p99 is compared with others only when so many samples lie beyond it: with the ten that
 * are enough to print it, chance alone moves the p99 of a long tail by more than windows may differ.
 */
const SAMPLES_BEYOND_P99 = 100

/** How far apart, relative to their mean, the figures of agreeing windows may be. */
export const AGREEMENT = 0.1

/** Consecutive rounds of one contender, taken together. */
export interface Window {
  readonly callsPerSecond: number
  /** Null when the window has too few samples to compare it with others. */
  readonly p99Ns: number | null
}

/** Cuts rounds into windows of `roundsPerWindow`; rounds left over at the start are not used. */
export function windowsOf(rounds: readonly Round[], roundsPerWindow: number): Window[] {
  const windows: Window[] = []
  for (let end = rounds.length; end >= roundsPerWindow; end -= roundsPerWindow) {
    windows.unshift(windowOf(rounds.slice(end - roundsPerWindow, end)))
  }
  return windows
}

function windowOf(rounds: readonly Round[]): Window {
  const pooled = new Latencies(rounds[0].latencies.callsPerSample)
  for (const { latencies } of rounds) pooled.add(latencies)
  const calls = rounds.reduce((sum, round) => sum + round.calls, 0)
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0)
  const enough = pooled.samples * 0.01 >= SAMPLES_BEYOND_P99
  return { callsPerSecond: calls / seconds, p99Ns: enough ? pooled.percentile(99) : null }
}

/**
 * Whether the last {@link WINDOWS} windows agree: throughput, and p99 where every one of them has
 * enough samples for it, within {@link AGREEMENT}. Fewer windows never agree.
 */
export function windowsAgree(windows: readonly Window[]): boolean {
  return disagreement(windows) === null
}

/** What the last windows do not agree on, in words, or null when they do. */
export function disagreement(windows: readonly Window[]): string | null {
  if (windows.length < WINDOWS) {
    return `only ${windows.length} of the ${WINDOWS} windows that must agree were measured`
  }
  const last = windows.slice(-WINDOWS)
  const throughput = spread(last.map((window) => window.callsPerSecond))
  if (throughput > AGREEMENT) return beyond('throughput', throughput)
  const tails = last.flatMap(({ p99Ns }) => (p99Ns === null ? [] : [p99Ns]))
  if (tails.length === WINDOWS && spread(tails) > AGREEMENT) return beyond('p99', spread(tails))
  return null
}

function beyond(what: string, by: number): string {
  const limit = AGREEMENT * 100
  return `${what} differs by ${(by * 100).toFixed(0)} % over the last ${WINDOWS} windows (limit ${limit} %)`
}
