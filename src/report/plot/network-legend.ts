import type { GenomeJSON } from '../../genome/json.js'
import { ACTIVATIONS, type Activation } from '../../genome/layout.js'
import { element, label, line } from '../charts/svg.js'
import { constants } from './columns.js'
import { curveIn, type Drawn } from './nodes.js'
import { signClass } from './wires.js'

const CHARACTER = 6.4
const LINE = 26
const SAMPLE = 26
const RADIUS = 10

/** The activations of nodes that compute something. */
export function usedActivations(genome: GenomeJSON): Activation[] {
  const constant = constants(genome)
  const used = new Set(
    genome.nodes.flatMap(({ id, activation }) => (constant.has(id) ? [] : (activation ?? []))),
  )
  return ACTIVATIONS.filter((activation) => used.has(activation))
}

/** What lines mean, and the curves of activations where nodes do not bear their names. */
export function networkLegend(
  genome: GenomeJSON,
  { named, width }: Drawn,
  left: number,
  top: number,
): { height: number; body: string } {
  const wire = (text: string, cls: string) => ({
    text,
    mark: line(0, 0, SAMPLE, 0, `connection ${cls}`),
    room: SAMPLE,
  })
  const off = genome.connections.some(({ enabled }) => enabled === false)
  const entries = [
    wire('positive weight', `wide ${signClass(1)}`),
    wire('negative weight', `wide ${signClass(-1)}`),
    ...(off ? [wire('disabled', `disabled ${signClass(1)}`)] : []),
    ...(named ? [] : usedActivations(genome)).map((activation) => ({
      text: activation,
      mark: element(
        'g',
        { transform: `translate(${RADIUS} 0)` },
        element('circle', { r: RADIUS, class: 'node' }),
        curveIn(activation, RADIUS),
      ),
      room: RADIUS * 2,
    })),
  ]
  let [x, y] = [left, top]
  const parts = entries.map(({ text, mark, room }) => {
    const needed = room + 8 + text.length * CHARACTER + 22
    if (x > left && x + needed > width) {
      x = left
      y += LINE
    }
    const part = element(
      'g',
      { transform: `translate(${Math.round(x)} ${Math.round(y)})` },
      mark,
      label(room + 8, 4, text),
    )
    x += needed
    return part
  })
  return { height: y - top, body: parts.join('') }
}
