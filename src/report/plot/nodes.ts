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
  /** Whether there is room for the activation's name at every hidden node. */
  readonly named: boolean
  readonly width: number
  /** Where the lowest slot is. */
  readonly bottom: number
}

/** All nodes: a circle with its activation's curve, and its name. */
export function drawNodes({ nodes }: Layout, drawn: Drawn, idle: ReadonlySet<number>): string {
  const curves = new Map<Activation, string>()
  const curve = (activation: Activation) => {
    const known = curves.get(activation) ?? curveIn(activation, drawn.radius)
    curves.set(activation, known)
    return known
  }
  let [inputs, outputs] = [0, 0]
  return nodes
    .map(({ node, column, y, constant }) => {
      const at = { x: drawn.x(column), y: drawn.y(y) }
      const { radius } = drawn
      const mark = constant || node.kind === 'input' ? '' : curve(node.activation!)
      const parts = [
        element('title', {}, describe(node)),
        element('circle', { cx: 0, cy: 0, r: radius, class: 'node' }),
        mark,
      ]
      if (node.kind === 'input') {
        parts.push(label(-radius - 10, 4, `input ${inputs++}`, 'end'))
      } else if (constant) {
        const [value] = activate(node.activation!, [node.bias ?? 0])
        parts.push(label(0, 4, digits(value).replace(/\.?0+$/, ''), 'middle', 'figure small'))
        parts.push(label(-radius - 10, 4, 'constant', 'end', 'axis'))
      } else if (node.kind === 'output') {
        parts.push(label(radius + 10, -1, `output ${outputs++}`))
        parts.push(label(radius + 10, 13, node.activation!, 'start', 'axis small'))
      } else if (drawn.named) {
        parts.push(label(0, radius + 14, node.activation!, 'middle', 'axis small halo'))
      }
      const cls = idle.has(node.id) ? 'idle' : null
      return element(
        'g',
        { transform: `translate(${short(at.x)} ${short(at.y)})`, class: cls },
        ...parts,
      )
    })
    .join('')
}

/** An activation's curve inside a node of that radius at 0, 0. */
export function curveIn(activation: Activation, radius: number): string {
  const points = activationCurve(activation, radius * 0.58, radius * 0.42)
  return element('path', { d: pathThrough(points), class: 'curve' })
}

function describe({ id, kind, activation, bias = 0 }: NodeJSON): string {
  const parts = [`${kind} node ${id}`]
  if (kind !== 'input') parts.push(activation!, `bias ${digits(bias)}`)
  return parts.join(', ')
}

function short(value: number): number {
  return Math.round(value * 10) / 10
}
