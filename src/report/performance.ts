import type { Report } from '../measure/report-schema.js'
import { callTable } from './call-tables.js'
import { markdownTable } from './markdown.js'
import { systemTable } from './system-table.js'
import { type Cell, cellText } from './table.js'
import { environmentTable, ladderTable } from './tables.js'
import { breakEvenLines, traceSize, warnings } from './text.js'
import { generationTable, trainingTable } from './training-tables.js'

/** docs/PERFORMANCE.md, from the report of a full run: nothing in it is written by hand. */
export function performancePage(report: Report): string {
  const { verdict, trace, measurements, training, ladders } = report
  const of = (workload: 'champion' | 'population') =>
    measurements.filter((measurement) => measurement.workload === workload)
  return `${[
    '# Performance',
    '<!-- Written by `npm run docs:performance`. Do not edit. -->',
    `Measured by \`${report.command}\` on ${report.createdAt.slice(0, 10)}; [how](measuring.md), and [how to read it](choosing.md).`,
    `**${verdict.headline}**`,
    ...warnings(report).map((warning) => `Mind: ${warning}`),
    [...verdict.reasons.map(({ text }) => text), ...breakEvenLines(verdict)]
      .map((line) => `- ${line}`)
      .join('\n'),
    `The rows are those of ${trace.source}: ${traceSize(trace)}.`,
    ...[
      callTable('One network', of('champion')),
      callTable('A population, each row by its own genome', of('population')),
      trainingTable(training),
      generationTable(training),
      ...ladders.map(ladderTable),
      systemTable(measurements),
      environmentTable(report),
    ].map(markdownTable),
  ].join('\n\n')}\n`
}

/** The short table of the README, from the same report. */
export function performanceSummary(report: Report): string {
  const { measurements, training, environment, command, createdAt } = report
  const { headers, rows } = callTable(
    '',
    measurements.filter(({ workload, invalid }) => workload === 'champion' && invalid.length === 0),
  )
  const shown = ['mode', 'p50 us', 'p99 us', 'us a row', 'rows/s'].map((name) =>
    headers.indexOf(name),
  )
  const line = (cells: readonly Cell[]) =>
    `| ${shown.map((column) => cellText(cells[column]).replace(' *', '')).join(' | ')} |`
  const speeds = training.map(
    ({ label, gensPerSec }) => `${label} ${gensPerSec.value.toPrecision(3)}`,
  )
  return [
    [line(headers), `|${shown.map((_, i) => (i === 0 ? ' --- ' : ' ---: ')).join('|')}|`]
      .concat(rows.map(line))
      .join('\n'),
    `Training, generations a second: ${speeds.join('; ')}.`,
    `By \`${command}\` on ${createdAt.slice(0, 10)}: ${environment.cpu}, ${environment.cores} cores, Node ${environment.node.slice(1)}. Everything, with intervals: [docs/PERFORMANCE.md](docs/PERFORMANCE.md).`,
  ].join('\n\n')
}
