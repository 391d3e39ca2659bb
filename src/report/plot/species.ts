import { type Box, bottomAxis, leftAxis, seriesClass } from '../charts/frame.js'
import type { Scale } from '../charts/scale.js'
import { element, label, pathThrough } from '../charts/svg.js'
import { light } from '../palette.js'
import { BELOW_TITLE, type Picture } from './picture.js'
import { counted, nameOf, type TrainingRun } from './run.js'
import { countScale, generationNumber, generationScale } from './scale.js'
import { speciesColours } from './species-colours.js'
import { type Layer, stack } from './stack.js'

const WIDTH = 900
const HEIGHT = 460
/** Half the width of the bar that a run of one generation is. */
const BAR = 48
/** A species is named where this much room is in its area, in pixels. */
const NAME_HEIGHT = 17
const NAME_HALF_WIDTH = 14

/** Members of each species over generations, stacked, the eldest species at the bottom. */
export function speciesPicture(run: TrainingRun): Picture {
  const { generations } = run
  const box: Box = { left: 74, right: WIDTH - 30, top: BELOW_TITLE + 16, bottom: HEIGHT - 56 }
  const layers = stack(generations)
  const total = layers.reduce((most, { high }) => high.reduce((a, b) => Math.max(a, b), most), 1)
  const x = generationScale(generations, box.left, box.right)
  const y = countScale(total, box.bottom, box.top)
  // The last colour of the series is a grey.
  const colours = speciesColours(generations, light.series.length - 1)
  const minor = colours.size < layers.length
  const at = (i: number) => x.at(generations[i].generation)
  const areas = layers.map((layer) => {
    const { id, first, last, peak } = layer
    const span = [first, last].map((i) => generationNumber(generations[i].generation))
    const lived = first === last ? `generation ${span[0]}` : `generations ${span.join(' to ')}`
    return element(
      'path',
      { d: outline(layer, at, y), class: `area ${colourClass(colours.get(id))}` },
      element('title', {}, `species ${id}: ${lived}, at most ${counted(peak, 'genome')}`),
    )
  })
  const most = generations.reduce((peak, { species }) => Math.max(peak, species), 0)
  const body = [
    leftAxis(y, box, String),
    element('g', { class: 'areas' }, ...areas),
    ...layers.filter(({ id }) => colours.has(id)).map((layer) => name(layer, at, y, box)),
    bottomAxis(x, { ...box, top: box.bottom }, generationNumber),
    label((box.left + box.right) / 2, HEIGHT - 14, 'generation', 'middle', 'axis'),
  ]
  return {
    title: 'Species',
    subtitle: `${nameOf(run)}: ${layers.length} species in ${counted(generations.length, 'generation')}, at most ${most} at once`,
    note: `height: genomes; the eldest species at the bottom${minor ? '; small ones grey' : ''}`,
    description: `The last generation has ${generations.at(-1)!.species} species of ${generations
      .at(-1)!
      .speciesSizes.map(({ size }) => size)
      .join(', ')} genomes.`,
    width: WIDTH,
    height: HEIGHT,
    body: body.join(''),
  }
}

function colourClass(colour: number | undefined): string {
  return colour === undefined ? 'minor' : seriesClass(colour)
}

/** The edge of a layer: there along its top, back along its foot. */
function outline({ low, high, start }: Layer, at: (i: number) => number, y: Scale): string {
  const edge = (heights: readonly number[]) =>
    heights.length > 1
      ? heights.map((height, i): [number, number] => [at(start + i), y.at(height)])
      : [at(start) - BAR, at(start) + BAR].map((x): [number, number] => [x, y.at(heights[0])])
  return `${pathThrough([...edge(high), ...edge(low).toReversed()])}Z`
}

/** The species' number, where its area is highest over the width of a number, if there is room. */
function name(layer: Layer, at: (i: number) => number, y: Scale, box: Box): string {
  const { id, low, high, start } = layer
  if (high.length === 1) return named(id, at(start), low[0], high[0], y)
  const pitch = (box.right - box.left) / Math.max(1, Math.abs(at(1) - at(0)))
  const reach = Math.ceil((NAME_HALF_WIDTH * pitch) / (box.right - box.left))
  let best = { i: -1, low: 0, high: 0 }
  for (let i = 0; i < high.length; i++) {
    const x = at(start + i)
    if (x - NAME_HALF_WIDTH < box.left || x + NAME_HALF_WIDTH > box.right) continue
    if (i < reach || i + reach >= high.length) continue
    // The room that is free across the whole width of the name.
    const lowest = Math.max(...low.slice(i - reach, i + reach + 1))
    const highest = Math.min(...high.slice(i - reach, i + reach + 1))
    if (highest - lowest > best.high - best.low) best = { i, low: lowest, high: highest }
  }
  return best.i < 0 ? '' : named(id, at(start + best.i), best.low, best.high, y)
}

function named(id: number, x: number, low: number, high: number, y: Scale): string {
  if (y.at(low) - y.at(high) < NAME_HEIGHT) return ''
  return label(x, (y.at(low) + y.at(high)) / 2 + 4, String(id), 'middle', 'on strong')
}
