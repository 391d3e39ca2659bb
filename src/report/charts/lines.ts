import { type Box, bottomAxis, type Chart, leftAxis, legend, seriesClass } from './frame.js'
import { logScale, type Scale } from './scale.js'
import { element, escapeHtml, label, pathThrough } from './svg.js'

/** Points joined by a line, under a name. */
export interface Series {
  readonly name: string
  /** Ascending in x; y positive. */
  readonly points: readonly (readonly [x: number, y: number])[]
  /** A second line under the same name, drawn thin and dashed. */
  readonly companion?: readonly (readonly [x: number, y: number])[]
}

/** What a line chart shows on its axes; the labels of y carry their unit. */
export interface Axes {
  readonly x: string
  xScale(values: readonly number[], from: number, to: number, narrow: boolean): Scale
  readonly formatX: (value: number) => string
  readonly formatY: (value: number) => string
}

/** Lines over a logarithmic y, a dot at each point. */
export function lineChart(title: string, series: readonly Series[], axes: Axes): Chart | null {
  const drawn = series.filter(({ points }) => points.length > 0)
  if (drawn.length === 0) return null
  const all = drawn.flatMap(({ points, companion }) => [...points, ...(companion ?? [])])
  const xs = all.map(([x]) => x)
  const ys = all.map(([, y]) => y)
  return {
    title,
    description: `${title}: ${drawn.map(({ name }) => name).join(', ')}`,
    draw(width) {
      const key = legend(
        drawn.map(({ name }, i) => ({ text: name, cls: seriesClass(i) })),
        8,
        14,
        width,
      )
      const height = 280 + key.height
      const box: Box = { left: 58, right: width - 24, top: key.height + 14, bottom: height - 44 }
      const x = axes.xScale(xs, box.left, box.right, width < 500)
      const y = logScale(Math.min(...ys) / 1.3, Math.max(...ys) * 1.3, box.bottom, box.top)
      const place = (points: Series['points']) =>
        points.map(([px, py]): [number, number] => [x.at(px), y.at(py)])
      const lines = drawn.map(({ name, points, companion }, i) => {
        const cls = seriesClass(i)
        const placed = place(points)
        const dots = placed.map(([cx, cy]) =>
          element('circle', { cx, cy, r: 3, class: `dot ${cls}` }),
        )
        const thin = companion
          ? element('path', { d: pathThrough(place(companion)), class: `series thin ${cls}` })
          : ''
        const main = element(
          'path',
          { d: pathThrough(placed), class: `series ${cls}` },
          element('title', {}, escapeHtml(name)),
        )
        return thin + main + dots.join('')
      })
      const body = [
        key.body,
        leftAxis(y, box, axes.formatY),
        bottomAxis(x, box, axes.formatX),
        ...lines,
        label((box.left + box.right) / 2, height - 6, axes.x, 'middle', 'axis'),
      ]
      return { height, body: body.join('') }
    },
  }
}
