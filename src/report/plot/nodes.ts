import type { NodeJSON } from '../../genome/json.js'
import type { Activation } from '../../genome/layout.js'
import { digits } from '../../measure/units.js'
import { element, label, pathThrough } from '../charts/svg.js'
import { activate, activationCurve } from './activation-curve.js'
import type { Layout } from './layout.js'

/** How a layout stands on the picture. */
export interface Drawn {
  x(column: number): number
  y(y: number): number
  readonly radius: number
  /** Whether every node bears its activation's name: there is room, and more than one. */
  readonly named: boolean
  readonly width: number
  /** Where the lowest slot is. */
  readonly bottom: number
}

/** An input's dot, as a share of another node's radius. */
const INPUT = 0.35
/** Between a node and its name. */
const GAP = 10
/** Names closer together than this would cover each other. */
const LINE = 12

/** All nodes: a circle with its activation's curve, and its name. */
export function drawNodes({ nodes }: Layout, drawn: Drawn, idle: ReadonlySet<number>): string {
  const curves = new Map<Activation, string>()
  const curve = (activation: Activation) => {
    const known = curves.get(activation) ?? curveIn(activation, drawn.radius)
    curves.set(activation, known)
    return known
  }
  const counts = { input: 0, output: 0, hidden: 0 }
  const lastNamed = { input: -LINE, output: -LINE, hidden: -LINE }
  return nodes
    .map(({ node, column, y, constant }) => {
      const { kind } = node
      const index = counts[kind]++
      const middle = drawn.y(y)
      // Of inputs and outputs that stand closer than a line of text, only some are named.
      const named = kind === 'hidden' || middle - lastNamed[kind] >= LINE
      if (named) lastNamed[kind] = middle
      const mark = constant ? value(node) : kind === 'input' ? '' : curve(node.activation!)
      return element(
        'g',
        {
          transform: `translate(${tenths(drawn.x(column))} ${tenths(middle)})`,
          class: idle.has(node.id) ? 'idle' : null,
        },
        element('title', {}, describe(node)),
        kind === 'input'
          ? element('circle', { r: drawn.radius * INPUT, class: 'node input' })
          : element('circle', { r: drawn.radius, class: 'node' }),
        mark,
        named ? names(node, index, constant, drawn) : '',
      )
    })
    .join('')
}

/** What stands beside a node, or below it. */
function names(
  { kind, activation }: NodeJSON,
  index: number,
  constant: boolean,
  { radius, named }: Drawn,
): string {
  const right = radius + GAP
  if (kind === 'input') return label(-radius * INPUT - GAP, 4, `input ${index}`, 'end')
  if (constant) return label(-right, 4, 'constant', 'end', 'axis')
  if (kind === 'hidden') {
    return named ? label(0, radius + 14, activation!, 'middle', 'axis small halo') : ''
  }
  if (!named) return label(right, 4, `output ${index}`)
  return label(right, -1, `output ${index}`) + label(right, 13, activation!, 'start', 'axis small')
}

/** What a constant gives. */
function value({ activation, bias = 0 }: NodeJSON): string {
  const [given] = activate(activation!, [bias])
  return label(0, 4, String(Number(given.toPrecision(2))), 'middle', 'figure small')
}

/** An activation's curve inside a node of that radius at 0, 0. */
export function curveIn(activation: Activation, radius: number): string {
  const points = activationCurve(activation, radius * 0.58, radius * 0.42)
  return element('path', { d: pathThrough(points), class: 'curve' })
}

function describe({ id, kind, activation, bias = 0 }: NodeJSON): string {
  const node = `${kind} node ${id}`
  return kind === 'input' ? node : `${node}, ${activation}, bias ${digits(bias)}`
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
