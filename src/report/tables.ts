import type {
  Comparison,
  Ladder,
  Measurement,
  Report,
  SystemCost,
  Training,
} from '../measure/report-schema.js'
import type { Estimate } from '../measure/statistics.js'
import { digits, grouped } from '../measure/units.js'

/** What stands in a table: text, and for a figure its interval, shown where there is room for it. */
export type Cell = string | { readonly text: string; readonly interval: string }

/** A cell without its interval. */
export function cellText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

/** A table, ready for the terminal, Markdown or HTML. */
export interface Table {
  readonly title: string
  readonly headers: readonly string[]
  /** One cell for each header; the first column holds names, the others figures. */
  readonly rows: readonly (readonly Cell[])[]
  /** What the reader needs to read it right. */
  readonly notes: readonly string[]
  /** Long, and looked at by few. */
  readonly folded?: boolean
}

interface Column<Row> {
  readonly header: string
  cell(row: Row): Cell
}

function table<Row>(
  title: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  notes: readonly string[],
): Table {
  return {
    title,
    headers: columns.map(({ header }) => header),
    rows: rows.map((row) => columns.map((column) => column.cell(row))),
    notes,
  }
}

const NONE = '-'

/** A figure with its interval, `by` times smaller. */
function figure(estimate: Estimate | null, by = 1): Cell {
  if (!estimate) return NONE
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((part) =>
    digits(part / by),
  )
  return low === high ? value : { text: value, interval: `${low} to ${high}` }
}

/** Nanoseconds as a number of microseconds. */
const us = (estimate: Estimate | null) => figure(estimate, 1000)

function number(value: number | null): string {
  return value === null ? NONE : digits(value)
}

/** Half the width of an interval, relative to the figure: `5 %`. */
function plusMinus({ value, low, high }: Estimate): string {
  const share = (Math.max(high - value, value - low) / value) * 100
  return `${share < 1 ? share.toFixed(1) : share.toFixed(0)} %`
}

/** VALID, UNSTABLE, or INVALID with the rules that failed. */
export function standing(row: {
  invalid: Measurement['invalid']
  unstable?: string | null
}): string {
  if (row.invalid.length > 0) return `INVALID: ${row.invalid.map(({ rule }) => rule).join(', ')}`
  return row.unstable ? 'UNSTABLE' : 'VALID'
}

/** Latency and throughput of one workload's contenders. */
export function callTable(title: string, measurements: readonly Measurement[]): Table {
  const notes = [
    'Tails are read from calls, cost from rows: the cost of a row is the time of all calls over all their rows.',
    'The +/- is half of the 95 % bootstrap interval of the cost of a row, resampled over windows (each with a server process of its own) and the interleaved rounds in them.',
  ]
  const blocks = measurements.filter(({ callsPerSample }) => callsPerSample > 1)
  if (blocks.length > 0) {
    const sizes = blocks.map(({ callsPerSample }) => callsPerSample)
    const range = [...new Set([Math.min(...sizes), Math.max(...sizes)])].join(' to ')
    notes.push(
      `* Calls too short for the clock are timed in blocks of ${range}: percentiles are of block means, so a stall of one call shows spread over its block.`,
    )
  }
  if (measurements.some(({ callNs }) => callNs.p999 === null)) {
    notes.push(`${NONE}: fewer than 10 samples lie beyond that percentile, so it is not printed.`)
  }
  const unstable = measurements.filter((row) => row.unstable)
  if (unstable.length > 0) {
    const [first] = unstable
    notes.push(
      `UNSTABLE: throughput or p99 still moved by over 10 % in the last three windows (${first.label}: ${first.unstable}); its interval says how far to trust a row.`,
    )
  }
  const columns: Column<Measurement>[] = [
    {
      header: 'mode',
      cell: ({ label, callsPerSample }) => (callsPerSample > 1 ? `${label} *` : label),
    },
    { header: 'rows a call', cell: ({ rowsPerCall }) => grouped(rowsPerCall) },
    { header: 'p50 us', cell: ({ callNs }) => us(callNs.p50) },
    { header: 'p95 us', cell: ({ callNs }) => us(callNs.p95) },
    { header: 'p99 us', cell: ({ callNs }) => us(callNs.p99) },
    { header: 'p99.9 us', cell: ({ callNs }) => us(callNs.p999) },
    { header: 'max us', cell: ({ callNs }) => us(callNs.max) },
    { header: 'us a row', cell: ({ rowNs }) => us(rowNs) },
    { header: '+/-', cell: ({ rowNs }) => plusMinus(rowNs) },
    { header: 'rows/s', cell: ({ rowsPerSecond }) => figure(rowsPerSecond) },
    { header: '', cell: standing },
  ]
  return table(title, columns, measurements, notes)
}

/** The rows of every mode, as each side counted them. */
export function countTable(measurements: readonly Measurement[]): Table {
  const columns: Column<Measurement>[] = [
    { header: 'mode', cell: ({ label }) => label },
    { header: 'rows asked', cell: ({ rows }) => grouped(rows.asked) },
    { header: 'rows answered', cell: ({ rows }) => grouped(rows.answered) },
    { header: 'INFER_COUNT', cell: ({ rows }) => grouped(rows.inferCount) },
    { header: 'samples', cell: ({ samples }) => grouped(samples) },
    { header: 'rounds', cell: ({ rounds }) => String(rounds) },
    {
      header: 'worst output',
      cell: ({ verified: { worst } }) => (worst === 0 ? '0' : worst.toExponential(1)),
    },
  ]
  return table('Rows counted, outputs compared', columns, measurements, [
    'Rows include warm-up and the check of outputs. Worst output: the largest difference from native over the trace, relative to max(1, |y|); the limit is 1e-5.',
  ])
}

/** Speed and inference of each mode's training. */
export function trainingTable(training: readonly Training[]): Table {
  const columns: Column<Training>[] = [
    { header: 'training', cell: ({ label }) => label },
    { header: 'gens/s', cell: ({ gensPerSec }) => figure(gensPerSec) },
    {
      header: '+/-',
      cell: ({ gensPerSec, repeats }) => (repeats > 1 ? plusMinus(gensPerSec) : NONE),
    },
    { header: 'sessions', cell: ({ repeats }) => String(repeats) },
    { header: 'tick p50 us', cell: ({ simTickUs }) => digits(simTickUs.p50) },
    { header: 'tick p99 us', cell: ({ simTickUs }) => digits(simTickUs.p99) },
    { header: 'inference ms', cell: ({ inference }) => digits(inference.totalMs) },
    { header: 'share', cell: ({ inference }) => `${(inference.share * 100).toFixed(0)} %` },
    { header: 'rows', cell: ({ inference }) => grouped(inference.count) },
    { header: 'requests', cell: ({ http }) => (http ? grouped(http.requests) : NONE) },
    {
      header: 'champion',
      cell: ({ champion: { passed, episodes, solved } }) =>
        `${passed}/${episodes}${solved ? ' solved' : ''}`,
    },
    { header: '', cell: standing },
  ]
  return table('Training: the same seed in each mode', columns, training, [
    'A tick is one simulation step of the whole generation. Inference, rows and requests are of one session; rows asked = rows answered = INFER_COUNT, or a mode is INVALID. Champions are scored again natively, on starts common to all modes.',
  ])
}

/** Each generation of each mode's last session. */
export function generationTable(training: readonly Training[]): Table {
  const rows = training.flatMap(({ label, timeline }) =>
    timeline.map((generation) => ({ label, ...generation })),
  )
  const columns: Column<(typeof rows)[number]>[] = [
    { header: 'training', cell: ({ label }) => label },
    { header: 'generation', cell: ({ generation }) => String(generation + 1) },
    { header: 'ms', cell: ({ seconds }) => digits(seconds * 1000) },
    { header: 'inference ms', cell: ({ inferenceMs }) => digits(inferenceMs) },
    { header: 'best fitness', cell: ({ bestFitness }) => digits(bestFitness) },
    { header: 'call p50 us', cell: ({ callUs }) => number(callUs?.p50 ?? null) },
    { header: 'p95 us', cell: ({ callUs }) => number(callUs?.p95 ?? null) },
    { header: 'p99 us', cell: ({ callUs }) => number(callUs?.p99 ?? null) },
  ]
  const notes = ['Calls of inference in the last session of each mode.']
  return { ...table('Training, generation by generation', columns, rows, notes), folded: true }
}

/** CPU, network and memory of each contender. */
export function systemTable(measurements: readonly Measurement[]): Table {
  const rows = measurements.flatMap(({ label, system }) => (system ? [{ label, system }] : []))
  const main = (cost: SystemCost['client'] | null) => {
    const [busiest] = cost?.threads.filter(({ name }) => name === 'main') ?? []
    if (!cost || !busiest) return NONE
    return `${((busiest.cpuSeconds / cost.cpuSeconds) * 100).toFixed(0)} %`
  }
  const columns: Column<(typeof rows)[number]>[] = [
    { header: 'a million rows', cell: ({ label }) => label },
    {
      header: 'client CPU s',
      cell: ({ system }) => digits(system.perMillionRows.clientCpuSeconds),
    },
    { header: 'main thread', cell: ({ system }) => main(system.client) },
    {
      header: 'server CPU s',
      cell: ({ system }) => number(system.perMillionRows.serverCpuSeconds),
    },
    { header: 'main thread', cell: ({ system }) => main(system.server) },
    { header: 'network MB', cell: ({ system }) => number(system.perMillionRows.networkMb) },
    { header: 'client MB', cell: ({ system }) => number(system.client.rssMb) },
    { header: 'server MB', cell: ({ system }) => number(system.server?.rssMb ?? null) },
    {
      header: 'switches',
      cell: ({ system }) =>
        grouped(system.client.contextSwitches + (system.server?.contextSwitches ?? 0)),
    },
    {
      header: 'loop p99 ms',
      cell: ({ system }) => number(system.eventLoopDelayMs?.p99 ?? null),
    },
    { header: 'GC ms', cell: ({ system }) => digits(system.gc.totalMs) },
  ]
  return table('Cost to the system', columns, rows, [
    'CPU and network are for a million rows; the others are of the measurement as it ran. Main thread: its share of the CPU time of its process; report.json has every thread. Client and server MB: the most memory that was resident. Switches are of both. Network is what the loopback interface carried, other programs included. Loop: delay of the event loop of the client. GC: pauses of the client.',
  ])
}

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
    `The machine itself, since then: ${changes.join(', ')}. That is taken off the change: of calls in process by arithmetic, of remote ones by the echo.`,
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
