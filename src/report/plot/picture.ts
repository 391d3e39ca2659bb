import { element, escapeHtml, label } from '../charts/svg.js'
import { dark, light, type Palette } from '../palette.js'

/** Space between the edge of a picture and what is in it. */
export const MARGIN = 24
/** Where a picture's drawing may begin, below its title. */
export const BELOW_TITLE = 76

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

/** What a picture shows and how large it is. */
export interface Picture {
  readonly title: string
  readonly subtitle: string
  /** How it is to be read; opposite the title. */
  readonly note: string
  /** For those who cannot see it. */
  readonly description: string
  readonly width: number
  readonly height: number
  readonly body: string
}

/**
 * A picture as an SVG file of its own, with a background, in the colours that the reader's scheme
 * asks for. Colours stand in the rules themselves: viewers other than browsers know neither CSS
 * variables nor schemes, and show the light one.
 */
export function svgFile({
  title,
  subtitle,
  note,
  description,
  width,
  height,
  body,
}: Picture): string {
  const styles = `${shape}${colours(light)}@media (prefers-color-scheme: dark) {\n${colours(dark)}}\n`
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': `${title}: ${subtitle}`,
    },
    element('title', {}, escapeHtml(`${title}: ${subtitle}`)),
    element('desc', {}, escapeHtml(description)),
    element('style', {}, styles),
    element('rect', {
      x: 0.5,
      y: 0.5,
      width: width - 1,
      height: height - 1,
      rx: 12,
      class: 'card',
    }),
    label(MARGIN, 37, title, 'start', 'title'),
    label(MARGIN, 57, subtitle, 'start', 'axis'),
    label(width - MARGIN, 36, note, 'end', 'axis'),
    body,
  )}\n`
}

const shape = `
text { font: 12px ${FONT}; }
.title { font-size: 18px; font-weight: 600; }
.figure { font-variant-numeric: tabular-nums; }
.strong { font-weight: 600; }
.small { font-size: 10.5px; }
.halo { paint-order: stroke; stroke-width: 4px; stroke-linejoin: round; }
.series { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.thin { stroke-width: 1.2; stroke-dasharray: 2 4; }
.band { stroke: none; opacity: 0.16; }
.areas { opacity: 0.86; }
.area { stroke-width: 0.8; stroke-linejoin: round; }
.area.minor { fill-opacity: 0.3; }
.ring { fill: none; stroke-width: 1.5; }
.connection { fill: none; stroke-linecap: round; opacity: 0.8; }
.connection.wide { stroke-width: 3; }
.connection.disabled { stroke-width: 1.2; stroke-dasharray: 3 5; opacity: 0.5; }
.node { stroke-width: 1.5; }
.curve { fill: none; stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; }
.idle { opacity: 0.45; }
`

function colours({ card, ink, dim, rule, series }: Palette): string {
  const each = series.map(
    (colour, i) =>
      `.series.s${i}, .connection.s${i} { stroke: ${colour}; } .dot.s${i}, .band.s${i}, .area.s${i}, text.s${i} { fill: ${colour}; }\n`,
  )
  return `text { fill: ${ink}; } text.axis { fill: ${dim}; } text.on { fill: ${card}; }
.card { fill: ${card}; stroke: ${rule}; } .halo { stroke: ${card}; }
.area { stroke: ${card}; } .area.minor { fill: ${dim}; }
.grid, .whisker { stroke: ${rule}; } .ring { stroke: ${ink}; }
.node { fill: ${card}; stroke: ${ink}; } .node.input { fill: ${ink}; } .curve { stroke: ${ink}; }
${each.join('')}`
}
