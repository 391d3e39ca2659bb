import { grouped } from '../../measure/units.js'
import { type Box, bottomAxis, leftAxis } from '../charts/frame.js'
import { compact, logScale } from '../charts/scale.js'
import { element, label, pathThrough } from '../charts/svg.js'
import { endLabels } from './end-labels.js'
import { BELOW_TITLE, type Picture } from './picture.js'
import { counted, nameOf, type TrainingRun } from './run.js'
import { generationNumber, generationScale, rangeScale } from './scale.js'

const WIDTH = 900
const HEIGHT = 460
/** More dots than this make a line unreadable. */
const MOST_DOTS = 40
/** Where fitness grows by more than this factor, only a logarithm shows how. */
const STEEP = 100

/** Best and mean fitness over generations, with the standard deviation as a band about the mean. */
export function fitnessPicture(run: TrainingRun): Picture {
  const { generations } = run
  const box: Box = { left: 74, right: WIDTH - 118, top: BELOW_TITLE + 16, bottom: HEIGHT - 56 }
  const last = generations.at(-1)!
  const low = generations.map(({ meanFitness, fitnessDeviation }) => meanFitness - fitnessDeviation)
  const high = generations.map((one) => one.meanFitness + one.fitnessDeviation)
  const best = generations.map(({ bestFitness }) => bestFitness)
  const mean = generations.map(({ meanFitness }) => meanFitness)
  const steep = lowest(mean) > 0 && highest(best) / lowest(mean) > STEEP
  // No fitness is below 0, so a band that reaches there is cut off rather than given an axis.
  const least = steep ? lowest(mean) / 1.5 : Math.max(0, lowest(low))
  const x = generationScale(generations, box.left, box.right)
  const top = Math.max(highest(best), highest(high))
  const y = steep
    ? logScale(least, top, box.bottom, box.top)
    : rangeScale(least, top, box.bottom, box.top)
  const through = (values: readonly number[]) =>
    values.map((value, i): [number, number] => [
      x.at(generations[i].generation),
      y.at(Math.max(value, least)),
    ])
  const dots = (values: readonly number[], cls: string) =>
    generations.length > MOST_DOTS
      ? []
      : through(values).map(([cx, cy]) => element('circle', { cx, cy, r: 3, class: `dot ${cls}` }))
  const series = (values: readonly number[], cls: string) =>
    element('path', { d: pathThrough(through(values)), class: `series ${cls}` })
  const body = [
    leftAxis(y, box, figure),
    bottomAxis(x, box, generationNumber),
    band(through(high), through(low)),
    series(mean, 's0'),
    ...dots(mean, 's0'),
    series(best, 's1'),
    ...dots(best, 's1'),
    solvedMark(run, x.at(last.generation), y.at(last.bestFitness)),
    endLabels(
      [
        { text: `best ${figure(last.bestFitness)}`, y: y.at(last.bestFitness), cls: 's1' },
        { text: `mean ${figure(last.meanFitness)}`, y: y.at(last.meanFitness), cls: 's0' },
      ],
      (generations.length > 1 ? box.right : x.at(last.generation)) + 14,
      box.bottom,
    ),
    label((box.left + box.right) / 2, HEIGHT - 14, 'generation', 'middle', 'axis'),
  ]
  const size = Math.round(last.evaluations / (last.generation + 1))
  return {
    title: 'Fitness',
    subtitle: `${nameOf(run)}: ${counted(generations.length, 'generation')} of ${counted(size, 'genome')}`,
    note: `band: mean ± standard deviation${steep ? '; logarithmic' : ''}`,
    description: `Best fitness went from ${figure(best[0])} to ${figure(last.bestFitness)}, mean fitness from ${figure(mean[0])} to ${figure(last.meanFitness)}.`,
    width: WIDTH,
    height: HEIGHT,
    body: body.join(''),
  }
}

/** The area between two lines; a whisker where they are points. */
function band(
  high: readonly (readonly [number, number])[],
  low: readonly (readonly [number, number])[],
): string {
  if (high.length === 1) {
    const [x, top] = high[0]
    return element('rect', {
      x: x - 5,
      y: top,
      width: 10,
      height: Math.max(0, low[0][1] - top),
      class: 'band s0',
    })
  }
  return element('path', {
    d: `${pathThrough([...high, ...low.toReversed()])}Z`,
    class: 'band s0',
  })
}

function solvedMark({ generations }: TrainingRun, x: number, y: number): string {
  const { solved, generation } = generations.at(-1)!
  if (!solved) return ''
  const text = `solved in generation ${generationNumber(generation)}`
  const ring = element('circle', { cx: x, cy: y, r: 7, class: 'ring' })
  return ring + label(x + 7, y - 14, text, 'end', 'strong halo')
}

/** A fitness, short: it is never negative. */
function figure(value: number): string {
  if (value > 0 && (value < 1e-4 || value >= 1e9)) return value.toExponential(1)
  return value >= 1000 && value < 1e6 ? grouped(value) : compact(value)
}

function lowest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b))
}

function highest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b))
}
