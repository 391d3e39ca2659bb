import { digits, grouped } from '../../measure/units.js'

/** Maps a value to a coordinate, and knows where its ticks are. */
export interface Scale {
  at(value: number): number
  readonly ticks: readonly number[]
}

/** From zero to at least `max`, ticks at round steps. */
export function linearScale(max: number, from: number, to: number, about = 5): Scale {
  const step = roundStep(Math.max(max, Number.MIN_VALUE) / about)
  const top = Math.ceil(max / step - 1e-9) * step || step
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step)
  return { at: (value) => from + (value / top) * (to - from), ticks }
}

/** 1, 2 or 5 times a power of ten, at or above `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  return power * ([1, 2, 5].find((factor) => factor * power >= step * (1 - 1e-9)) ?? 10)
}

/** Logarithmic, with a tick at each power of ten that lies inside. */
export function logScale(min: number, max: number, from: number, to: number): Scale {
  const low = Math.log10(min)
  const high = Math.max(Math.log10(max), low + 0.1)
  const at = (value: number) => from + ((Math.log10(value) - low) / (high - low)) * (to - from)
  const first = Math.ceil(low - 1e-9)
  const powers = Array.from(
    { length: Math.max(0, Math.floor(high + 1e-9) - first + 1) },
    (_, i) => first + i,
  )
  const ticks = powers.map((power) => 10 ** power)
  if (ticks.length >= 3) return { at, ticks }
  const between = [2, 5].flatMap((factor) =>
    [Math.floor(low), ...powers].map((power) => factor * 10 ** power),
  )
  const inside = (value: number) => value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9)
  return { at, ticks: [...ticks, ...between.filter(inside)].sort((a, b) => a - b) }
}

/**
 * Percentiles, stretched towards 100: each tick is a tenth as far from it as the one before. The
 * first ones stand close together, so that of the minimum is only for wide drawings.
 */
export function tailScale(from: number, to: number, last: number, wide: boolean): Scale {
  const nines = (percentile: number) => -Math.log10(1 - Math.min(percentile, 99.9999) / 100)
  const most = nines(last)
  return {
    at: (percentile) => from + (nines(percentile) / most) * (to - from),
    ticks: [0, 50, 90, 99, 99.9, 99.99].filter((tick) => tick <= last + 1e-9 && (tick > 0 || wide)),
  }
}

/** Nanoseconds in the unit that reads best. */
export function duration(nanoseconds: number): string {
  if (nanoseconds === 0) return '0'
  if (nanoseconds < 1000) return `${trimmed(nanoseconds)} ns`
  if (nanoseconds < 1e6) return `${trimmed(nanoseconds / 1000)} us`
  return nanoseconds < 1e9 ? `${trimmed(nanoseconds / 1e6)} ms` : `${trimmed(nanoseconds / 1e9)} s`
}

/** Large numbers as k and M. */
export function compact(value: number): string {
  if (value < 1000) return trimmed(value)
  return value < 1e6 ? `${trimmed(value / 1000)}k` : `${trimmed(value / 1e6)}M`
}

function trimmed(value: number): string {
  if (value >= 1000) return grouped(value)
  return digits(value)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
}
