import type { ConnectionJSON } from '../../genome/json.js'
import { digits } from '../../measure/units.js'
import { element } from '../charts/svg.js'
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
  const largest = routes.reduce((most, { connection }) => {
    return connection.enabled === false ? most : Math.max(most, Math.abs(connection.weight))
  }, 0)
  const disabled = (route: Route) => route.connection.enabled === false
  return [...routes.filter(disabled), ...routes.filter((route) => !disabled(route))]
    .map((route) => {
      const { connection } = route
      const { weight } = connection
      const share = largest > 0 ? Math.abs(weight) / largest : 0
      const off = disabled(route)
      return element(
        'path',
        {
          d: way(route, drawn),
          class: `connection ${signClass(weight)}${off ? ' disabled' : ''}`,
          'stroke-width': off ? null : THIN + share * (THICK - THIN),
        },
        element('title', {}, name(connection)),
      )
    })
    .join('')
}

function name({ from, to, weight, enabled, innovation }: ConnectionJSON): string {
  const state = enabled === false ? ', disabled' : ''
  return `node ${from} to node ${to}: weight ${digits(weight)}${state} (innovation ${innovation})`
}

/** The d of a connection: level at every point it passes. */
function way({ points }: Route, { x, y, radius }: Drawn): string {
  const at = points.map((point): [number, number] => [x(point.column), y(point.y)])
  const [[x0, y0], [x1, y1]] = [at[0], at.at(-1)!]
  const start = `M${short(x0)} ${short(y0)}`
  if (points[0] === points.at(-1)) return start + loop(x0, y0, radius)
  if (x1 <= x0) return start + back(x0, y0, x1, y1, radius)
  const curves = at.slice(1).map(([toX, toY], i) => {
    const [fromX, fromY] = at[i]
    const half = (toX - fromX) / 2
    return cubic(fromX + half, fromY, toX - half, toY, toX, toY)
  })
  return start + curves.join('')
}

/** A connection of a node with itself goes over it. */
function loop(x: number, y: number, radius: number): string {
  const out = radius * 3
  return cubic(x + out, y - out, x - out, y - out, x, y)
}

/** A connection that goes back, or stays in its column, swings out on both sides. */
function back(x0: number, y0: number, x1: number, y1: number, radius: number): string {
  const out = radius * 3.5
  const lift = x0 === x1 ? 0 : radius * 3
  return cubic(x0 + out, y0 - lift, x1 + (x0 === x1 ? out : -out), y1 - lift, x1, y1)
}

function cubic(...numbers: number[]): string {
  return `C${numbers.map(short).join(' ')}`
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10)
}
