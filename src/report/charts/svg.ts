/** An SVG or HTML element as text. Attributes that are null are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | null>>,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === null ? [] : [` ${key}="${escapeHtml(shortened(value))}"`],
  )
  return `<${name}${written.join('')}>${children.join('')}</${name}>`
}

/** Text for use between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** A tenth of a pixel is as fine as a screen shows. */
function shortened(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : value
}

export function line(x1: number, y1: number, x2: number, y2: number, cls: string): string {
  return element('line', { x1, y1, x2, y2, class: cls })
}

export function label(
  x: number,
  y: number,
  text: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
  cls: string | null = null,
): string {
  return element('text', { x, y, 'text-anchor': anchor, class: cls }, escapeHtml(text))
}

/** The d of a path through points. */
export function pathThrough(points: readonly (readonly [x: number, y: number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${shortened(x)} ${shortened(y)}`).join('')
}
