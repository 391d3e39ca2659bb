import type { Measurement } from '../../measure/report-schema.js'
import { type Box, bottomAxis, type Chart, leftAxis, legend } from './frame.js'
import { modeClass } from './mode-class.js'
import { duration, logScale, tailScale } from './scale.js'
import { element, escapeHtml, label, pathThrough } from './svg.js'

/** Latency of a call by percentile, stretched towards the tail. */
export function percentileChart(measurements: readonly Measurement[]): Chart | null {
  const drawn = representatives(measurements.filter(({ curve }) => curve.length > 1))
  if (drawn.length === 0) return null
  const values = drawn.flatMap(({ curve }) => curve.map(([, ns]) => ns))
  const last = Math.max(...drawn.map(({ curve }) => curve.at(-1)![0]), 99)
  return {
    title: 'Latency of a call, towards the tail',
    description: `Latency percentiles of ${drawn.map(({ label }) => label).join(', ')}`,
    draw(width) {
      const key = legend(
        drawn.map((measurement) => ({
          text: measurement.label,
          cls: lineClass(measurement, drawn),
        })),
        8,
        14,
        width,
      )
      const height = (width > 500 ? 320 : 280) + key.height
      const box: Box = { left: 58, right: width - 16, top: key.height + 14, bottom: height - 44 }
      const x = tailScale(box.left, box.right, last, width > 500)
      const y = logScale(Math.min(...values) / 1.2, Math.max(...values) * 1.2, box.bottom, box.top)
      const lines = drawn.map((measurement) =>
        element(
          'path',
          {
            d: pathThrough(
              measurement.curve.map(([percentile, ns]) => [x.at(percentile), y.at(ns)]),
            ),
            class: `series ${lineClass(measurement, drawn)}`,
          },
          element('title', {}, escapeHtml(measurement.label)),
        ),
      )
      const body = [
        key.body,
        leftAxis(y, box, duration),
        bottomAxis(x, box, (percentile) => (percentile === 0 ? 'min' : `${percentile} %`)),
        ...lines,
        label((box.left + box.right) / 2, height - 6, 'percentile of calls', 'middle', 'axis'),
      ]
      return { height, body: body.join('') }
    },
  }
}

/** Few enough lines to follow: the first and the last of each mode, its smallest and largest calls. */
function representatives(measurements: readonly Measurement[]): Measurement[] {
  return measurements.filter((measurement) => {
    const mode = measurements.filter((other) => other.mode === measurement.mode)
    return measurement === mode[0] || measurement === mode.at(-1)
  })
}

/** The colour of its mode; dashed for the second line of one mode. */
function lineClass(measurement: Measurement, drawn: readonly Measurement[]): string {
  const first = drawn.find(({ mode }) => mode === measurement.mode)
  return modeClass[measurement.mode] + (measurement === first ? '' : ' dashed')
}
