import type { Estimate } from './statistics.js'

/** Three significant digits or all whole ones, without an exponent, a comma between thousands. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (value === 0) return '0'
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  const text = value.toFixed(Math.min(places, 6))
  return value >= 1000 ? grouped(Number(text)) : text
}

/** Whole numbers with a comma between thousands. */
export function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Nanoseconds as microseconds, with the interval: `0.12 us [0.11, 0.13]`. */
export function us(estimate: Estimate): string {
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((ns) =>
    digits(ns / 1000),
  )
  return `${value} us [${low}, ${high}]`
}

/** A ratio with its interval: `51.2 times [48.0, 55.1]`. */
export function times(estimate: Estimate): string {
  return `${digits(estimate.value)} times [${digits(estimate.low)}, ${digits(estimate.high)}]`
}
