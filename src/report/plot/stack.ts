import type { GenerationLine } from './generation-line.js'

/** One species' share of the stack. */
export interface Layer {
  readonly id: number
  /** Index of the first and last generation in which it has members. */
  readonly first: number
  readonly last: number
  /** Its most members. */
  readonly peak: number
  /** Genomes below and including it, at index `i - start` for generation i. */
  readonly low: readonly number[]
  readonly high: readonly number[]
  /** One before `first`, where it grows from nothing, but not before the run. */
  readonly start: number
}

/** Species stacked by age, the eldest at the bottom; each from one generation before it to one after. */
export function stack(generations: readonly GenerationLine[]): Layer[] {
  const sizes = generations.map(
    ({ speciesSizes }) => new Map(speciesSizes.map(({ id, size }) => [id, size])),
  )
  const spans = new Map<number, { first: number; last: number }>()
  for (const [i, ofGeneration] of sizes.entries()) {
    for (const [id, size] of ofGeneration) {
      if (size === 0) continue
      const span = spans.get(id)
      if (span) span.last = i
      else spans.set(id, { first: i, last: i })
    }
  }
  const below = new Array<number>(generations.length).fill(0)
  return [...spans.keys()]
    .sort((a, b) => a - b)
    .map((id) => {
      const { first, last } = spans.get(id)!
      const start = Math.max(0, first - 1)
      const end = Math.min(generations.length - 1, last + 1)
      const low = below.slice(start, end + 1)
      const high = low.map((foot, i) => foot + (sizes[start + i].get(id) ?? 0))
      for (const [i, top] of high.entries()) below[start + i] = top
      const peak = high.reduce((most, top, i) => Math.max(most, top - low[i]), 0)
      return { id, first, last, peak, low, high, start }
    })
}
