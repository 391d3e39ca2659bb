import { label } from '../charts/svg.js'

/** The name of a line, to stand at its right end. */
export interface EndLabel {
  readonly text: string
  /** Where the line ends. */
  readonly y: number
  readonly cls: string
}

const LINE = 17

/** Names at the ends of their lines, moved apart where they would cover each other. */
export function endLabels(labels: readonly EndLabel[], x: number, bottom: number): string {
  const sorted = [...labels].sort((a, b) => a.y - b.y)
  const ys = spread(
    sorted.map(({ y }) => y),
    sorted.map(() => LINE),
  )
  // Down there is the axis.
  const excess = Math.max(0, (ys.at(-1) ?? 0) - bottom)
  return sorted
    .map(({ text, cls }, i) => label(x, ys[i] - excess + 4, text, 'start', `figure strong ${cls}`))
    .join('')
}

/**
 * The positions nearest to those wanted, by least squares, that keep their order and at least
 * `gaps[i]` between the i-th and the one before: isotonic regression by pooling adjacent violators
 * (Ayer et al. 1955), with the gaps taken out first and put back after.
 */
export function spread(wanted: readonly number[], gaps: readonly number[]): number[] {
  let shift = 0
  const shifts = gaps.map((gap, i) => {
    if (i > 0) shift += gap
    return shift
  })
  const pools: { sum: number; count: number }[] = []
  for (const [i, y] of wanted.entries()) {
    let pool = { sum: y - shifts[i], count: 1 }
    for (let above = pools.at(-1); above; above = pools.at(-1)) {
      if (above.sum / above.count <= pool.sum / pool.count) break
      pool = { sum: above.sum + pool.sum, count: above.count + pool.count }
      pools.pop()
    }
    pools.push(pool)
  }
  return pools
    .flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count))
    .map((y, i) => y + shifts[i])
}
