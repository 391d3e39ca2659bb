import type { Measurement } from '../measure/report-schema.js'
import { grouped } from '../measure/units.js'
import { compact } from './charts/scale.js'
import {
  type Column,
  NONE,
  PLUS_MINUS,
  plusMinus,
  standing,
  type Table,
  table,
  us,
} from './table.js'

/** Latency and throughput of one workload's contenders. */
export function callTable(title: string, measurements: readonly Measurement[]): Table {
  const notes = [
    'Tails are read from calls, cost from rows: the cost of a row is the time of all calls over all their rows.',
    'Intervals (and +/-, half of that of the cost of a row) are 95 % bootstrap intervals over windows, each with a server process of its own, and the interleaved rounds in them.',
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
    { header: PLUS_MINUS, cell: ({ rowNs }) => plusMinus(rowNs) },
    { header: 'rows/s', cell: ({ rowsPerSecond }) => compact(rowsPerSecond.value) },
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
    { header: 'outliers', cell: ({ outlierRounds }) => String(outlierRounds) },
    {
      header: 'worst output',
      cell: ({ verified: { worst } }) => (worst === 0 ? '0' : worst.toExponential(1)),
    },
  ]
  return table('Rows counted, outputs compared', columns, measurements, [
    'Rows include warm-up and the check of outputs. Worst output: the largest difference from native over the trace, relative to max(1, |y|); the limit is 1e-5. Outliers: rounds whose cost lies outside of Tukey fences; they are kept.',
  ])
}
