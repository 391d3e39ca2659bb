type Point = readonly [x: number, y: number]

/** A cubic Bezier curve: its start, two control points, its end. */
export type Curve = readonly [Point, Point, Point, Point]

/** The d of a path along curves, each of which begins where the one before ends. */
export function pathOf(curves: readonly Curve[]): string {
  const parts = curves.map(([, a, b, end]) => `C${[...a, ...b, ...end].map(tenths).join(' ')}`)
  return `M${curves[0][0].map(tenths).join(' ')}${parts.join('')}`
}

/** The point of a curve at t, from 0 at its start to 1 at its end. */
export function pointOn(curve: Curve, t: number): Point {
  const s = 1 - t
  const at = (axis: 0 | 1) =>
    s ** 3 * curve[0][axis] +
    3 * s ** 2 * t * curve[1][axis] +
    3 * s * t ** 2 * curve[2][axis] +
    t ** 3 * curve[3][axis]
  return [at(0), at(1)]
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
