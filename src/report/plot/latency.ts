import type { LatencySummary } from '../../brain/latency-histogram.js'
import { type Box, bottomAxis, leftAxis } from '../charts/frame.js'
import { duration, logScale } from '../charts/scale.js'
import { element, label, pathThrough } from '../charts/svg.js'
import { endLabels } from './end-labels.js'
import { BELOW_TITLE, type Picture } from './picture.js'
import { nameOf, type TrainingRun } from './run.js'
import { generationNumber, generationScale } from './scale.js'

const WIDTH = 900
const HEIGHT = 460

const LINES: readonly { readonly key: keyof LatencySummary; readonly name: string; cls: string }[] =
  [
    { key: 'max', name: 'max', cls: 's7' },
    { key: 'p99', name: 'p99', cls: 's1' },
    { key: 'p95', name: 'p95', cls: 's2' },
    { key: 'p50', name: 'p50', cls: 's0' },
  ]

/** Percentiles of an inference call over generations; null for a run that has none. */
export function latencyPicture(run: TrainingRun): Picture | null {
  const { generations } = run
  const timed = generations.flatMap(({ generation, inference }) => {
    const call = inference?.histogram.call
    // Nothing is timed at 0, and a logarithm has no place for it.
    return call && call.p50 > 0 ? [{ generation, call }] : []
  })
  if (timed.length === 0) return null
  const box: Box = { left: 74, right: WIDTH - 118, top: BELOW_TITLE + 16, bottom: HEIGHT - 56 }
  const x = generationScale(generations, box.left, box.right)
  const lowest = timed.reduce((least, { call }) => Math.min(least, call.p50), Infinity)
  const highest = timed.reduce((most, { call }) => Math.max(most, call.max), 0)
  const y = logScale(lowest / 1.2, highest * 1.2, box.bottom, box.top)
  // A generation of one call, such as a task of one tick has, has one time.
  const single = timed.every(({ call }) => call.p50 === call.max)
  const shown = single ? [{ key: 'max', name: 'call', cls: 's0' } as const] : LINES
  const lines = shown.map(({ key, name, cls }) => {
    const points = timed.map(({ generation, call }): [number, number] => [
      x.at(generation),
      y.at(call[key]),
    ])
    if (points.length === 1) {
      return element('circle', { cx: points[0][0], cy: points[0][1], r: 3.5, class: `dot ${cls}` })
    }
    return element(
      'path',
      { d: pathThrough(points), class: `series ${cls}${name === 'max' ? ' thin' : ''}` },
      element('title', {}, name),
    )
  })
  const last = timed.at(-1)!
  const ends = shown.map(({ key, name, cls }) => ({
    text: `${name} ${duration(last.call[key])}`,
    y: y.at(last.call[key]),
    cls,
  }))
  const rows = timed.length === generations.length ? '' : `, timed in ${timed.length} generations`
  const body = [
    leftAxis(y, box, duration),
    bottomAxis(x, box, generationNumber),
    ...lines,
    endLabels(ends, x.at(last.generation) + 14, box.bottom),
    label((box.left + box.right) / 2, HEIGHT - 14, 'generation', 'middle', 'axis'),
  ]
  return {
    title: 'Inference latency',
    subtitle: `${nameOf(run)}: ${single ? 'the one call' : 'percentiles of the calls'} of each generation${rows}`,
    note: 'time of a call, logarithmic',
    description: `In the last generation: ${ends.map(({ text }) => text).join(', ')}.`,
    width: WIDTH,
    height: HEIGHT,
    body: body.join(''),
  }
}
