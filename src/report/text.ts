import Table3 from 'cli-table3'
import type picocolors from 'picocolors'
import type { Report } from '../measure/report-schema.js'
import { PLAIN_TABLE } from './plain-table.js'
import { cellText, type Table } from './table.js'
import { reportTables } from './tables.js'

/** Functions that colour text, or leave it as it is. */
export type Colors = ReturnType<typeof picocolors.createColors>

/** The report for a terminal; without colours where `colors` has none. */
export function textReport(report: Report, colors: Colors): string {
  const { trace } = report
  const traced = `${trace.source}: ${traceSize(trace)}.`
  return [
    traced,
    ...reportTables(report)
      .filter(({ folded }) => !folded)
      .map((table) => textTable(table, colors)),
    ...report.skipped.map(({ name, why }) => `Skipped ${name}: ${why}`),
    ...warnings(report).map((warning) => colors.yellow(`Mind: ${warning}`)),
    textVerdict(report, colors),
  ].join('\n\n')
}

/** A table for a terminal. */
export function textTable({ title, headers, rows, notes }: Table, colors: Colors): string {
  const named = headers.some((header) => header !== '')
  const table = new Table3({
    head: named ? headers.map((header) => colors.bold(header)) : [],
    colAligns: headers.map((_, i) => (i === 0 || headers[i] === '' ? 'left' : 'right')),
    ...PLAIN_TABLE,
  })
  table.push(...rows.map((row) => row.map((cell) => standingColor(cellText(cell), colors))))
  const body = table.toString().replace(/ +$/gm, '')
  return [colors.bold(title), body, ...notes.map((note) => colors.dim(note))].join('\n')
}

function standingColor(cell: string, colors: Colors): string {
  if (cell === 'VALID' || cell === 'better') return colors.green(cell)
  if (cell === 'UNSTABLE') return colors.yellow(cell)
  return cell.startsWith('INVALID') || cell === 'worse' ? colors.red(cell) : cell
}

function textVerdict({ verdict }: Report, colors: Colors): string {
  return [
    `${colors.bold('Verdict:')} ${colors.bold(verdict.headline)}`,
    ...verdict.reasons.map(({ text }) => `  - ${text}`),
    ...verdict.wouldChange.map((text) => `  What would change it: ${text}`),
    ...breakEvenLines(verdict).map((line) => `  ${line}`),
  ].join('\n')
}

/** What a trace holds, in words. */
export function traceSize({ rows, inputs, outputs, ...trace }: Report['trace']): string {
  const some = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
  const { nodes, connections, population } = trace
  return [
    `${rows} rows of ${some(inputs, 'input')} and ${some(outputs, 'output')}`,
    ...(nodes === null || connections === null
      ? []
      : [`a network of ${some(nodes, 'node')} and ${some(connections, 'connection')}`]),
    ...(population > 1 ? [`a population of ${population}`] : []),
  ].join('; ')
}

/** With others at work on more than this share of all cores, tails are theirs too. */
const BUSY = 0.05

/** What a reader must know before trusting the figures. */
export function warnings({ environment, interrupted }: Report): string[] {
  const { before, during } = environment.othersCpu
  const busy = [
    ...((before ?? 0) > BUSY ? [`${percent(before!)} before the run`] : []),
    ...((during ?? 0) > BUSY ? [`${percent(during!)} while calls were measured`] : []),
  ]
  return [
    ...(busy.length > 0
      ? [
          `other programs kept the machine busy (${busy.join(', ')}): tails and throughput are those of a busy machine.`,
        ]
      : []),
    ...(interrupted ? ['the run was interrupted: these figures are of what was measured.'] : []),
  ]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} % of all cores`
}

/** The break-even point in words, if there is one. */
export function breakEvenLines({ breakEven }: Report['verdict']): string[] {
  if (!breakEven) return []
  const { batch, rate, requestNs, rowNs } = breakEven
  const size =
    batch === null
      ? 'No batch brings a row within 10 us of native'
      : `Break-even: from batches of ${batch} on, a row costs under 10 us more than native`
  const fitted = `a request costs ${(requestNs / 1000).toFixed(0)} us and each row in it ${(rowNs / 1000).toFixed(1)} us`
  return [
    `${size} (fitted: ${fitted}). Single calls, one in flight, carry at most ${Math.round(rate)} rows/s.`,
  ]
}
