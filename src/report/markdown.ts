import type { Report } from '../measure/report-schema.js'
import type { Cell, Table } from './table.js'
import { reportTables } from './tables.js'
import { breakEvenLines, traceSize, warnings } from './text.js'

/** The report as Markdown: verdict, tables, environment. */
export function markdownReport(report: Report): string {
  const { verdict, trace, skipped } = report
  return [
    '# Where should inference run?',
    `**${verdict.headline}**`,
    ...warnings(report).map((warning) => `Mind: ${warning}`),
    list([
      ...verdict.reasons.map(({ text }) => text),
      ...verdict.wouldChange.map((text) => `What would change it: ${text}`),
      ...breakEvenLines(verdict),
    ]),
    `Measured on ${trace.source}: ${traceSize(trace)}.`,
    ...reportTables(report).map(markdownTable),
    ...(skipped.length > 0
      ? ['## Skipped', list(skipped.map(({ name, why }) => `${name}: ${why}`))]
      : []),
  ]
    .join('\n\n')
    .concat('\n')
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${escaped(item)}`).join('\n')
}

/** A table as Markdown, under a heading. */
export function markdownTable({ title, headers, rows, notes }: Table): string {
  const line = (cells: readonly Cell[]) => `| ${cells.map(cellWithInterval).join(' | ')} |`
  return [
    `## ${title}`,
    [
      line(headers),
      line(headers.map((_, i) => (i === 0 ? '---' : '---:'))),
      ...rows.map(line),
    ].join('\n'),
    ...(notes.length > 0 ? [notes.map((note) => `${escaped(note)}`).join('\n')] : []),
  ].join('\n\n')
}

function cellWithInterval(cell: Cell): string {
  return escaped(typeof cell === 'string' ? cell : `${cell.text} (${cell.interval})`)
}

/** Keeps a cell from being read as Markdown. */
function escaped(text: string): string {
  return text.replace(/[|*_<]/g, '\\$&')
}
