import type { Measurement, Report } from '../measure/report-schema.js'
import { digits } from '../measure/units.js'
import { callTable, countTable } from './call-tables.js'
import { type Chart, drawings } from './charts/frame.js'
import { reportCharts } from './charts/report.js'
import { element, escapeHtml } from './charts/svg.js'
import { style } from './style.js'
import { systemTable } from './system-table.js'
import { type Cell, cellText, PLUS_MINUS, type Table } from './table.js'
import { baselineTable, environmentTable, ladderTable } from './tables.js'
import { breakEvenLines, warnings } from './text.js'
import { generationTable, trainingTable } from './training-tables.js'

/** The report as one HTML file that needs nothing else: no network, no script. */
export function htmlReport(report: Report): string {
  const head = element(
    'head',
    {},
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    // Without an icon of its own a page makes browsers ask for one.
    '<link rel="icon" href="data:,">',
    element('title', {}, `neatron: ${escapeHtml(report.verdict.headline)}`),
    element('style', {}, style),
  )
  const body = element('main', {}, header(report), verdictSection(report), ...sections(report))
  return `<!doctype html>\n${element('html', { lang: 'en' }, head, element('body', {}, body))}\n`
}

function header(report: Report): string {
  const { createdAt, environment, command } = report
  const date = createdAt.slice(0, 16).replace('T', ' ')
  const where = `${environment.cpu}, ${environment.cores} cores, Node ${environment.node.replace(/^v/, '')}`
  return element(
    'header',
    {},
    element('h1', {}, 'neatron: where should inference run?'),
    paragraph(`${date} UTC. ${where}. ${command}`),
    ...warnings(report).map((warning) =>
      element('p', { class: 'warn' }, `Mind: ${escapeHtml(warning)}`),
    ),
  )
}

function verdictSection(report: Report): string {
  const { verdict } = report
  const why = verdict.reasons.map(({ text }) => text)
  const change = [...verdict.wouldChange, ...breakEvenLines(verdict)]
  const name = verdict.decision.replace(' ', '-')
  return element(
    'section',
    { class: `verdict ${name}`, id: 'verdict', 'data-decision': verdict.decision },
    element('p', { class: 'headline' }, escapeHtml(verdict.headline)),
    element('div', { class: 'facts' }, ...facts(report)),
    element('h3', {}, 'Why'),
    list(why),
    ...(change.length > 0 ? [element('h3', {}, 'What would change it'), list(change)] : []),
  )
}

/** The few figures that a reader takes along. */
function facts({ measurements }: Report): string[] {
  const champion = measurements.filter(({ workload }) => workload === 'champion')
  const cheapest = (is: (measurement: Measurement) => boolean) =>
    champion.filter(is).sort((a, b) => a.rowNs.value - b.rowNs.value)[0]
  const fact = (what: string, found: Measurement | undefined) =>
    found
      ? [
          element(
            'div',
            { class: 'fact' },
            element('b', {}, `${digits(found.rowNs.value / 1000)} us`),
            element('span', {}, `a row, ${escapeHtml(what)}`),
          ),
        ]
      : []
  const batch = (found: Measurement | undefined) => `in batches of ${found?.rowsPerCall}`
  const native = cheapest(({ mode, rowsPerCall }) => mode === 'native' && rowsPerCall > 1)
  const remote = cheapest(({ mode }) => mode === 'batch')
  return [
    ...fact(
      'native, a call for each',
      cheapest(({ mode, rowsPerCall }) => mode === 'native' && rowsPerCall === 1),
    ),
    ...fact(`native, ${batch(native)}`, native),
    ...fact(
      'remote, a call for each',
      cheapest(({ mode }) => mode === 'single'),
    ),
    ...fact(`remote, ${batch(remote)}`, remote),
  ]
}

function sections(report: Report): string[] {
  const charts = reportCharts(report)
  const { measurements, training, ladders, baseline, skipped } = report
  const of = (workload: Measurement['workload']) =>
    measurements.filter((measurement) => measurement.workload === workload)
  const champion = of('champion')
  const population = of('population')
  const system = measurements.some((measurement) => measurement.system)
  const one = (table: Table, ...drawn: (Chart | null)[]) => section([table], drawn)
  return [
    ...(champion.length > 0
      ? [one(callTable('One network: the champion answers', champion), charts.cost, charts.tail)]
      : []),
    ...(population.length > 0
      ? [one(callTable('A population: each row by its own genome', population), charts.population)]
      : []),
    ...(training.length > 0
      ? [
          one(trainingTable(training), charts.training),
          one(generationTable(training), charts.timeline),
        ]
      : []),
    ...(ladders.length > 0
      ? [section(ladders.map(ladderTable), [charts.ladders], 'Open loop: latency at a rate')]
      : []),
    ...(system ? [one(systemTable(measurements), charts.system)] : []),
    ...(baseline ? [one(baselineTable(baseline))] : []),
    ...(measurements.length > 0 ? [one(countTable(measurements))] : []),
    one(environmentTable(report)),
    ...(skipped.length > 0
      ? [
          element(
            'section',
            {},
            element('h2', {}, 'Skipped'),
            list(skipped.map(({ name, why }) => `${name}: ${why}`)),
          ),
        ]
      : []),
  ]
}

/** Charts, and the tables that hold their figures; without a title it is that of the only table. */
function section(
  tables: readonly Table[],
  charts: readonly (Chart | null)[],
  title?: string,
): string {
  const drawn = charts.flatMap((chart) => (chart ? [chart] : []))
  return element(
    'section',
    {},
    element('h2', {}, escapeHtml(title ?? tables[0].title)),
    ...drawn.map((chart) =>
      element('figure', {}, element('figcaption', {}, escapeHtml(chart.title)), drawings(chart)),
    ),
    ...tables.map(
      (table) => (title ? element('h3', {}, escapeHtml(table.title)) : '') + htmlTable(table),
    ),
  )
}

function htmlTable({ headers, rows, notes, folded }: Table): string {
  const named = headers.some((header) => header !== '')
  // Intervals stand under their figures here, and need no column of their own.
  // So does how a row stands under its name: as the last column it would be cut off first.
  const standing = named ? headers.lastIndexOf('') : -1
  const shown = [...headers.keys()].filter(
    (column) => headers[column] !== PLUS_MINUS && column !== standing,
  )
  const head = shown.map((column) => element('th', {}, escapeHtml(headers[column])))
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      ...shown.map((column, at) =>
        htmlCell(cells[column], named, at === 0 ? cells[standing] : undefined),
      ),
    ),
  )
  const table = element(
    'div',
    { class: 'scroll' },
    element(
      'table',
      {},
      named ? element('thead', {}, element('tr', {}, ...head)) : '',
      element('tbody', {}, ...body),
    ),
  )
  return [
    folded
      ? element('details', {}, element('summary', {}, `The table, ${rows.length} rows`), table)
      : table,
    notes.length > 0 ? element('div', { class: 'notes' }, ...notes.map(paragraph)) : '',
  ].join('')
}

function htmlCell(cell: Cell, named: boolean, standing?: Cell): string {
  const text = cellText(cell)
  const interval = typeof cell === 'string' ? '' : element('small', {}, escapeHtml(cell.interval))
  const stands = standing === undefined ? '' : cellText(standing)
  const below =
    stands === '' ? '' : element('small', { class: cellClass(stands, named) }, escapeHtml(stands))
  return element('td', { class: cellClass(text, named) }, escapeHtml(text) + interval + below)
}

function cellClass(text: string, named: boolean): string | null {
  if (text === 'VALID' || text === 'better') return 'good'
  if (text === 'UNSTABLE') return 'warn'
  if (text.startsWith('INVALID') || text === 'worse') return 'bad'
  return named ? null : 'wrap'
}

function paragraph(text: string): string {
  return element('p', {}, escapeHtml(text))
}

function list(items: readonly string[]): string {
  return element('ul', {}, ...items.map((item) => element('li', {}, escapeHtml(item))))
}
