import type { Genome } from '../../genome/genome.js'
import type { GenomeJSON } from '../../genome/json.js'
import { digits } from '../../measure/units.js'
import { element } from '../charts/svg.js'
import { idleNodes } from './columns.js'
import { type Layout, layOut } from './layout.js'
import { networkLegend, usedActivations } from './network-legend.js'
import { type Drawn, drawNodes } from './nodes.js'
import { BELOW_TITLE, MARGIN, type Picture } from './picture.js'
import { counted, nameOf, type TrainingRun } from './run.js'
import { drawConnections } from './wires.js'

/** Room for the names of inputs and outputs beside them. */
const BESIDE_LEFT = 110
const BESIDE_RIGHT = 150
const LEAST_WIDTH = 760
/** From one column to the next. */
const MOST_PITCH = 260
const LEAST_PITCH = 118
/** Beyond this height everything is drawn closer together. */
const MOST_HEIGHT = 900
const RADIUS = 16
/** Mean width of a character of the subtitle. */
const CHARACTER = 6.3

/** The champion's topology: inputs left, outputs right, hidden nodes between by depth. */
export function championPicture(run: TrainingRun, champion: Genome): Picture {
  const genome = champion.toJSON()
  const layout = layOut(genome)
  const subtitle = `${nameOf(run)}: ${contents(genome, layout)}`
  const drawn = fitted(genome, layout, subtitle.length * CHARACTER + 2 * MARGIN)
  const legend = networkLegend(genome, drawn, MARGIN, drawn.bottom + 70)
  const height = drawn.bottom + 70 + legend.height + 22
  const body = [
    drawConnections(layout, drawn),
    drawNodes(layout, drawn, idleNodes(genome)),
    element('g', { class: 'legend' }, legend.body),
  ]
  return {
    title: 'Champion',
    subtitle,
    note: 'line width: size of the weight',
    description: genome.connections
      .map(({ from, to, weight, enabled }) => {
        return `${from} to ${to}: ${digits(weight)}${enabled === false ? ', disabled' : ''}`
      })
      .join('; '),
    width: drawn.width,
    height,
    body: body.join(''),
  }
}

/** The layout's size on a picture of at least that width. */
function fitted(genome: GenomeJSON, { columns, height }: Layout, leastWidth: number): Drawn {
  const gaps = columns - 1
  const room = LEAST_WIDTH - BESIDE_LEFT - BESIDE_RIGHT
  const pitch = Math.max(LEAST_PITCH, Math.min(MOST_PITCH, room / gaps))
  const width = Math.max(LEAST_WIDTH, leastWidth, BESIDE_LEFT + BESIDE_RIGHT + pitch * gaps)
  const left = BESIDE_LEFT + (width - BESIDE_LEFT - BESIDE_RIGHT - pitch * gaps) / 2
  const shrink = Math.min(1, MOST_HEIGHT / Math.max(height, 1))
  const top = BELOW_TITLE + 52
  return {
    x: (column) => left + column * pitch,
    y: (y) => top + y * shrink,
    radius: RADIUS * Math.max(0.3, shrink),
    named: shrink > 0.75 && usedActivations(genome).length > 1,
    width,
    bottom: top + height * shrink,
  }
}

function contents({ inputs, outputs, connections }: GenomeJSON, { nodes }: Layout): string {
  const fixed = nodes.filter(({ constant }) => constant).length
  const hidden = nodes.length - inputs - outputs - fixed
  const enabled = connections.filter(({ enabled }) => enabled !== false).length
  return [
    counted(inputs, 'input'),
    ...(fixed > 0 ? [counted(fixed, 'constant')] : []),
    counted(hidden, 'hidden node'),
    counted(outputs, 'output'),
    enabled === connections.length
      ? counted(enabled, 'connection')
      : `${enabled} of ${counted(connections.length, 'connection')} enabled`,
  ].join(', ')
}
