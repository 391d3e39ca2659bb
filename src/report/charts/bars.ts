import type { Estimate } from '../../measure/statistics.js'
import { type Box, bottomAxis, type Chart } from './frame.js'
import { linearScale, logScale } from './scale.js'
import { element, label, line } from './svg.js'

/** One bar: a figure with an interval, or without. */
export interface Bar {
  readonly label: string
  readonly value: number
  readonly interval?: Estimate
  /** What is written at its end. */
  readonly text: string
  readonly cls: string
}

const ROW = 26

/** Horizontal bars with their names, figures and intervals; logarithmic where they differ widely. */
export function barChart(
  title: string,
  axis: string,
  bars: readonly Bar[],
  format: (value: number) => string,
): Chart | null {
  const positive = bars.filter(({ value }) => value > 0)
  if (positive.length === 0) return null
  const values = positive.map(({ value }) => value)
  const least = Math.min(...values)
  const most = Math.max(...positive.map(({ value, interval }) => interval?.high ?? value))
  const wide = most / least > 20
  return {
    title,
    description: `${title}: ${positive.map((bar) => `${bar.label} ${bar.text}`).join(', ')}`,
    draw(width) {
      const narrow = width < 500
      // On a phone the names stand above their bars.
      const pitch = narrow ? ROW + 18 : ROW
      const height = positive.length * pitch + 56
      const box: Box = { left: narrow ? 12 : 276, right: width - 96, top: 8, bottom: height - 48 }
      const base = wide ? 10 ** Math.floor(Math.log10(least) - 1e-9) : 0
      const scale = wide
        ? logScale(base, most * 1.1, box.left, box.right)
        : linearScale(most, box.left, box.right, narrow ? 3 : 5)
      const drawn = positive.map((bar, i) => {
        const top = box.top + i * pitch + (narrow ? 20 : 4)
        const middle = top + 9
        const end = scale.at(bar.value)
        const name = narrow
          ? label(box.left, top - 5, bar.label)
          : label(box.left - 10, middle + 4, bar.label, 'end')
        const rect = element('rect', {
          x: box.left,
          y: top,
          width: Math.max(1, end - box.left),
          height: 18,
          rx: 3,
          class: `bar ${bar.cls}`,
        })
        const reach = bar.interval ? scale.at(bar.interval.high) : end
        return (
          name +
          rect +
          whisker(bar, scale.at, middle) +
          label(Math.max(reach, end) + 8, middle + 4, bar.text, 'start', 'figure')
        )
      })
      const body = [
        bottomAxis(scale, box, format),
        ...drawn,
        label(
          (box.left + box.right) / 2,
          height - 8,
          wide ? `${axis}, logarithmic` : axis,
          'middle',
          'axis',
        ),
      ]
      return { height, body: body.join('') }
    },
  }
}

function whisker({ interval }: Bar, at: (value: number) => number, y: number): string {
  if (!interval || interval.low <= 0) return ''
  const low = at(interval.low)
  const high = at(interval.high)
  if (high - low < 2) return ''
  return (
    line(low, y, high, y, 'whisker') +
    line(low, y - 4, low, y + 4, 'whisker') +
    line(high, y - 4, high, y + 4, 'whisker')
  )
}
