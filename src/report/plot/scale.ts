import { linearScale, type Scale } from '../charts/scale.js'
import type { GenerationLine } from './generation-line.js'

/**
 * Generations from left to right, from the first to the last, ticks at whole ones. A run of one
 * generation stands in the middle.
 */
export function generationScale(
  generations: readonly GenerationLine[],
  from: number,
  to: number,
): Scale {
  const first = generations[0].generation
  const last = generations.at(-1)!.generation
  if (first === last) return { at: () => (from + to) / 2, ticks: [first] }
  // What people read counts generations from 1, and so do the round numbers among the ticks.
  const { ticks } = linearScale(last + 1, from, to, 10)
  const round = ticks.filter(
    (tick) => Number.isInteger(tick) && tick - 1 > first && tick - 1 <= last,
  )
  return {
    at: (generation) => from + ((generation - first) / (last - first)) * (to - from),
    ticks: [first, ...round.map((tick) => tick - 1)],
  }
}

/** The number by which people know a generation: they count from 1. */
export function generationNumber(generation: number): string {
  return String(generation + 1)
}

/** From zero to exactly `max`, ticks at round steps and none beyond. */
export function countScale(max: number, from: number, to: number): Scale {
  const ticks = linearScale(max, from, to).ticks.filter((tick) => tick <= max)
  return { at: (value) => from + (value / max) * (to - from), ticks }
}

/** From `min` or a little below to `max` or a little above, ticks at round steps; from 0 where that is near. */
export function rangeScale(min: number, max: number, from: number, to: number): Scale {
  // Where all values are one, or differ by rounding only, there is still an axis.
  const spanFrom = (foot: number) => Math.max(max - foot, Math.abs(max) * 1e-9, 1e-12)
  if (min >= 0 && min <= max / 2) return linearScale(spanFrom(0), from, to)
  // Moving the foot to a round number widens the range, which may ask for a larger step, once.
  let foot = min
  for (let round = 0; round < 2; round++) {
    const step = stepOf(linearScale(spanFrom(foot), from, to))
    foot = Math.floor(min / step) * step
  }
  const above = linearScale(spanFrom(foot), from, to)
  return { at: (value) => above.at(value - foot), ticks: above.ticks.map((tick) => tick + foot) }
}

function stepOf({ ticks }: Scale): number {
  return ticks[1] - ticks[0]
}
