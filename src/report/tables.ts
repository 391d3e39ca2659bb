import type { Comparison, Ladder, Measurement, Report } from '../measure/report-schema.js'
import { digits, grouped } from '../measure/units.js'
import { callTable, countTable } from './call-tables.js'
import { systemTable } from './system-table.js'
import { type Column, NONE, type Table, table, us } from './table.js'
import { generationTable, trainingTable } from './training-tables.js'

/** Latency at each rate, with knee and highest rate. */
export function ladderTable(ladder: Ladder): Table {
  const ns = (value: number | null) => (value === null ? NONE : digits(value / 1000))
  const columns: Column<Ladder['steps'][number]>[] = [
    { header: 'calls/s intended', cell: ({ rate }) => grouped(rate) },
    { header: 'answered', cell: ({ achieved }) => grouped(achieved) },
    { header: 'p50 us', cell: ({ callNs }) => ns(callNs.p50) },
    { header: 'p99 us', cell: ({ callNs }) => ns(callNs.p99) },
    { header: 'p99.9 us', cell: ({ callNs }) => ns(callNs.p999) },
    { header: 'max us', cell: ({ callNs }) => ns(callNs.max) },
    { header: '', cell: ({ keepsUp }) => (keepsUp ? '' : 'falls behind') },
  ]
  const bound =
    ladder.highestRate === null
      ? `No rate tried kept p99 under ${ladder.boundMs} ms.`
      : `Highest rate with p99 under ${ladder.boundMs} ms: ${grouped(ladder.highestRate)} calls/s.`
  const knee =
    ladder.knee === null
      ? 'No knee: p99 stays within twice its lowest.'
      : `Knee at ${grouped(ladder.knee)} calls/s, where p99 passes twice its lowest.`
  return table(`Open loop: ${ladder.label}`, columns, ladder.steps, [
    'Poisson arrivals; latency counts from when a call was due, not from when it was sent.',
    `${bound} ${knee}`,
  ])
}

/** What changed since the baseline. */
export function baselineTable(baseline: NonNullable<Report['baseline']>): Table {
  const percent = (value: number) => `${value > 0 ? '+' : ''}${(value * 100).toFixed(1)} %`
  const columns: Column<Comparison>[] = [
    { header: 'mode', cell: ({ name }) => name },
    { header: 'figure', cell: ({ figure }) => (figure === 'rowNs' ? 'us a row' : `${figure} us`) },
    { header: 'before', cell: ({ before }) => us(before) },
    { header: 'now', cell: ({ now }) => us(now) },
    { header: 'change', cell: ({ change }) => percent(change.value) },
    {
      header: 'interval',
      cell: ({ change }) => `${percent(change.low)} to ${percent(change.high)}`,
    },
    { header: '', cell: ({ verdict }) => verdict },
  ]
  return table(`Against baseline ${baseline.name}`, columns, baseline.comparisons, [
    `Saved ${baseline.createdAt}. Better and worse only where the whole interval of the change lies beyond 10 % (p99: 25 %); cannot tell when one of the runs had over 15 % of the machine busy with others.`,
    ...machineNote(baseline),
  ])
}

function machineNote({ machine }: NonNullable<Report['baseline']>): string[] {
  const names = { arithmetic: 'arithmetic', echo: 'an HTTP echo' }
  const changes = machine.map(({ name, change }) => {
    const percent = Math.abs(change.value * 100).toFixed(1)
    return `${names[name]} ${percent} % ${change.value > 0 ? 'slower' : 'faster'}`
  })
  if (changes.length === 0) return []
  return [
    `The machine itself, since then: ${changes.join(', ')}. The change is what is left without it: computing is divided by what arithmetic became slower, and the time of an exchange is an echo's then.`,
  ]
}

/** Machine, versions, command and clock. */
export function environmentTable({ environment, clock, ...report }: Report): Table {
  const rows: [string, string][] = [
    ['date', report.createdAt],
    ['command', report.command],
    ['seed', String(report.seed)],
    ['CPU', `${environment.cpu}, ${environment.cores} cores`],
    ['memory', `${digits(environment.memoryGb)} GB`],
    ['system', environment.os],
    ['Node', environment.node],
    ['neatron', environment.neatron],
    ['SIMD used', environment.simd],
    ['ONNX Runtime', environment.onnxruntime ?? 'not installed'],
    ['busy with others', busyWithOthers(environment.othersCpu)],
    [
      'placement',
      environment.placement
        ? `main threads of client and server on cores ${environment.placement.client} and ${environment.placement.server} during remote calls`
        : 'left to the scheduler',
    ],
    [
      'clock',
      `${digits(clock.overheadNs)} ns a reading, step ${clock.resolutionNs} ns; at most ${clock.share * 100} % of a sample`,
    ],
    ['loop', `${digits(clock.loopNs)} ns of a bound call: its row written, an output read`],
    ...report.yardsticks.flatMap(({ name, p50Ns }): [string, string][] =>
      name === 'echo' && p50Ns
        ? [
            [
              'HTTP echo',
              `${digits(p50Ns.value / 1000)} us (p50): what an exchange costs with nothing computed`,
            ],
          ]
        : [],
    ),
    ['took', `${report.durationSeconds.toFixed(0)} s${report.interrupted ? ', interrupted' : ''}`],
  ]
  return { title: 'Environment', headers: ['', ''], rows, notes: [] }
}

function busyWithOthers({ before, during }: Report['environment']['othersCpu']): string {
  const percent = (share: number | null) =>
    share === null ? 'unknown' : `${(share * 100).toFixed(1)} %`
  return `${percent(before)} of all cores before the run, ${percent(during)} while calls were measured`
}

/** Every table of a report, in reading order. */
export function reportTables(report: Report): Table[] {
  const of = (workload: Measurement['workload']) =>
    report.measurements.filter((measurement) => measurement.workload === workload)
  const champion = of('champion')
  const population = of('population')
  const tables: Table[] = []
  if (champion.length > 0) tables.push(callTable('One network: the champion answers', champion))
  if (population.length > 0) {
    tables.push(callTable('A population: each row by its own genome', population))
  }
  if (report.training.length > 0) {
    tables.push(trainingTable(report.training), generationTable(report.training))
  }
  tables.push(...report.ladders.map(ladderTable))
  if (report.measurements.some(({ system }) => system))
    tables.push(systemTable(report.measurements))
  if (report.measurements.length > 0) tables.push(countTable(report.measurements))
  if (report.baseline) tables.push(baselineTable(report.baseline))
  tables.push(environmentTable(report))
  return tables
}
