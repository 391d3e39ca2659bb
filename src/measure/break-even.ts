import type { Estimate } from './statistics.js'

/** Where one way of calling overtakes another, from the measured costs. */
export interface BreakEven {
  /** Nanoseconds that a request costs whatever it carries, by the fitted line. */
  readonly requestNs: number
  /** Nanoseconds that each row adds to a request, by the fitted line. */
  readonly rowNs: number
  /** Smallest batch in which a row adds under 10 us to a native one; null when none can. */
  readonly batch: number | null
  /** Rows a second that single calls, one in flight, can carry at most: beyond it, batch. */
  readonly rate: number
}

/** A row may cost this much more than a native one before batching is advised, in nanoseconds. */
const ADDS_NS = 10_000

/**
 * Fits a request's cost as `requestNs + rowNs x B` through the measured batch sizes, and reads the
 * break-even batch and rate off it. Null with fewer than two sizes.
 */
export function breakEven(
  native: Estimate | null,
  modes: readonly { readonly rowsPerCall: number; readonly rowNs: Estimate }[],
): BreakEven | null {
  const single = modes.find((mode) => mode.rowsPerCall === 1)
  if (!single || new Set(modes.map((mode) => mode.rowsPerCall)).size < 2) return null
  const line = fitLine(modes.map((mode) => [mode.rowsPerCall, mode.rowsPerCall * mode.rowNs.value]))
  const allowed = ADDS_NS + (native?.value ?? 0) - line.slope
  return {
    requestNs: line.intercept,
    rowNs: line.slope,
    batch: allowed > 0 ? Math.max(1, Math.ceil(line.intercept / allowed)) : null,
    rate: 1e9 / single.rowNs.value,
  }
}

/**
 * Least squares on relative errors (weights 1 / y^2): absolute ones would let the largest batch,
 * whose cost is the largest, speak for all. A cost cannot be negative, so the line is kept from it.
 */
function fitLine(points: readonly (readonly [x: number, y: number])[]): {
  intercept: number
  slope: number
} {
  let w = 0
  let wx = 0
  let wxx = 0
  let wy = 0
  let wxy = 0
  for (const [x, y] of points) {
    const weight = 1 / (y * y)
    w += weight
    wx += weight * x
    wxx += weight * x * x
    wy += weight * y
    wxy += weight * x * y
  }
  const slope = Math.max(0, (w * wxy - wx * wy) / (w * wxx - wx * wx))
  return { intercept: Math.max(0, (wy - slope * wx) / w), slope }
}
