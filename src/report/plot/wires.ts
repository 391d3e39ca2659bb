import type { ConnectionJSON } from '../../genome/json.js'
import { digits } from '../../measure/units.js'
import { element, pathThrough } from '../charts/svg.js'
import { type Curve, pathOf, pointOn } from './curve.js'
import type { Layout, Route } from './layout.js'
import type { Drawn } from './nodes.js'

/** Widths of a connection of weight 0 and of the largest weight. */
const THIN = 0.7
const THICK = 5

/** The class that colours a weight. */
export function signClass(weight: number): string {
  return weight < 0 ? 's1' : 's0'
}

/** All connections, the disabled ones beneath the others. */
export function drawConnections({ routes }: Layout, drawn: Drawn): string {
  const disabled = (route: Route) => route.connection.enabled === false
  const enabled = routes.filter((route) => !disabled(route))
  const largest = enabled.reduce((most, { connection }) => {
    return Math.max(most, Math.abs(connection.weight))
  }, 0)
  return [...routes.filter(disabled), ...enabled]
    .map((route) => {
      const { connection } = route
      const off = disabled(route)
      const share = largest > 0 ? Math.abs(connection.weight) / largest : 0
      const cls = signClass(connection.weight)
      const curves = way(route, drawn)
      const path = element(
        'path',
        {
          d: pathOf(curves),
          class: `connection ${cls}${off ? ' disabled' : ''}`,
          'stroke-width': off ? null : THIN + share * (THICK - THIN),
        },
        element('title', {}, name(connection)),
      )
      return off || goesForth(route) ? path : path + arrow(curves.at(-1)!, drawn.radius, cls)
    })
    .join('')
}

function name({ from, to, weight, enabled, innovation }: ConnectionJSON): string {
  const state = enabled === false ? ', disabled' : ''
  return `node ${from} to node ${to}: weight ${digits(weight)}${state} (innovation ${innovation})`
}

function goesForth({ points }: Route): boolean {
  return points[0].column < points.at(-1)!.column
}

/** A connection's curves: level at every point that it passes. */
function way(route: Route, { x, y, radius }: Drawn): Curve[] {
  const at = route.points.map((point): [number, number] => [x(point.column), y(point.y)])
  if (!goesForth(route)) return [back(at[0], at.at(-1)!, radius)]
  return at.slice(1).map((to, i): Curve => {
    const from = at[i]
    const middle = (from[0] + to[0]) / 2
    return [from, [middle, from[1]], [middle, to[1]], to]
  })
}

/** What goes back swings over its nodes; what stays in its column swings out to the left. */
function back(from: Curve[0], to: Curve[3], radius: number): Curve {
  const [[x0, y0], [x1, y1]] = [from, to]
  const out = radius * 3.5
  if (x0 === x1 && y0 !== y1) return [from, [x0 - out, y0], [x1 - out, y1], to]
  return [from, [x0 + out, y0 - out], [x1 - out, y1 - out], to]
}

const ARROW = 8

/** The head of a connection that does not go from left to right as all others do. */
function arrow(curve: Curve, radius: number, cls: string): string {
  const [x, y] = curve[3]
  const awayBy = (distance: number) => {
    let t = 1
    let point = curve[3]
    while (t > 0 && Math.hypot(point[0] - x, point[1] - y) < distance) {
      t -= 0.01
      point = pointOn(curve, t)
    }
    return point
  }
  const tip = awayBy(radius + 1)
  const foot = awayBy(radius + 1 + ARROW)
  const [dx, dy] = [(tip[0] - foot[0]) / 2.4, (tip[1] - foot[1]) / 2.4]
  const head = [tip, [foot[0] - dy, foot[1] + dx], [foot[0] + dy, foot[1] - dx]] as const
  return element('path', { d: `${pathThrough(head)}Z`, class: `dot ${cls}` })
}
