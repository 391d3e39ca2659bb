import type { Scale } from './scale.js'
import { element, label, line } from './svg.js'

/** A chart drawn twice: for a page, and for a phone, where one drawing scaled down is unreadable. */
const WIDTHS = [980, 360] as const

/** The plotting area inside a drawing, in its own units. */
export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** A chart: how it looks at a width, or null when the report has nothing for it. */
export interface Chart {
  readonly title: string
  /** What is shown, for those who cannot see it. */
  readonly description: string
  /** Height of the drawing at that width, and what is in it. */
  draw(width: number): { height: number; body: string }
}

/** Both drawings of a chart; the style sheet shows the one that fits. */
export function drawings(chart: Chart): string {
  return WIDTHS.map((width, i) => {
    const { height, body } = chart.draw(width)
    return element(
      'svg',
      {
        viewBox: `0 0 ${width} ${height}`,
        class: i === 0 ? 'wide' : 'narrow',
        role: 'img',
        'aria-label': chart.description,
      },
      body,
    )
  }).join('')
}

/** Horizontal grid lines with their labels left of the box. */
export function leftAxis(scale: Scale, box: Box, format: (value: number) => string): string {
  return scale.ticks
    .map((tick) => {
      const y = scale.at(tick)
      return (
        line(box.left, y, box.right, y, 'grid') + label(box.left - 8, y + 4, format(tick), 'end')
      )
    })
    .join('')
}

/** Vertical grid lines with their labels under the box. */
export function bottomAxis(scale: Scale, box: Box, format: (value: number) => string): string {
  return scale.ticks
    .map((tick) => {
      const x = scale.at(tick)
      return (
        line(x, box.top, x, box.bottom, 'grid') + label(x, box.bottom + 18, format(tick), 'middle')
      )
    })
    .join('')
}

/** Entries of a legend, in as many lines as the width needs. Gives its height. */
export function legend(
  entries: readonly { readonly text: string; readonly cls: string }[],
  left: number,
  top: number,
  right: number,
): { height: number; body: string } {
  const CHARACTER = 6.6
  const LINE = 20
  let x = left
  let y = top
  const parts = entries.map(({ text, cls }) => {
    const width = 30 + text.length * CHARACTER
    if (x > left && x + width > right) {
      x = left
      y += LINE
    }
    const part = line(x, y, x + 16, y, `series ${cls}`) + label(x + 22, y + 4, text)
    x += width
    return part
  })
  return { height: y - top + LINE, body: parts.join('') }
}

/** The class that colours the i-th series. */
export function seriesClass(i: number): string {
  const COLOURS = 8
  return `s${i % COLOURS}${i >= COLOURS ? ' dashed' : ''}`
}
