import type { Ladder, Measurement, Report, Training } from '../../measure/report-schema.js'
import { digits } from '../../measure/units.js'
import { type Bar, barChart } from './bars.js'
import type { Chart } from './frame.js'
import { type Axes, lineChart } from './lines.js'
import { modeClass } from './mode-class.js'
import { percentileChart } from './percentiles.js'
import { compact, duration, linearScale, logScale } from './scale.js'

/** The charts of a report; null where it has nothing to show. */
export interface ReportCharts {
  readonly cost: Chart | null
  readonly tail: Chart | null
  readonly population: Chart | null
  readonly training: Chart | null
  readonly timeline: Chart | null
  readonly ladders: Chart | null
  readonly system: Chart | null
}

export function reportCharts({ measurements, training, ladders }: Report): ReportCharts {
  const of = (workload: Measurement['workload']) =>
    measurements.filter((measurement) => measurement.workload === workload)
  return {
    cost: throughput(of('champion')),
    tail: percentileChart(of('champion')),
    population: throughput(of('population')),
    training: trainingSpeed(training),
    timeline: timeline(training),
    ladders: latencyAgainstRate(ladders),
    system: cpuCost(measurements),
  }
}

function throughput(measurements: readonly Measurement[]): Chart | null {
  const bars = measurements.map(
    ({ label, mode, rowsPerSecond }): Bar => ({
      label,
      value: rowsPerSecond.value,
      interval: rowsPerSecond,
      text: `${compact(rowsPerSecond.value)}/s`,
      cls: modeClass[mode],
    }),
  )
  return barChart('Rows a second, with 95 % intervals', 'rows a second', bars, compact)
}

function trainingSpeed(training: readonly Training[]): Chart | null {
  const bars = training.map(
    ({ label, mode, batch, gensPerSec }): Bar => ({
      label,
      value: gensPerSec.value,
      interval: gensPerSec,
      text: `${digits(gensPerSec.value)}/s`,
      cls: mode === 'cpu' ? 's0' : batch === 1 ? 's1' : 's3',
    }),
  )
  return barChart('Training speed', 'generations a second', bars, compact)
}

function timeline(training: readonly Training[]): Chart | null {
  const series = training.map(({ label, timeline: generations }) => ({
    name: label,
    points: generations.map(({ generation, seconds }): [number, number] => [
      generation + 1,
      seconds * 1e9,
    ]),
  }))
  const axes: Axes = {
    x: 'generation',
    xScale: wholeNumbers,
    formatX: String,
    formatY: duration,
  }
  return lineChart('Time of each generation', series, axes)
}

function latencyAgainstRate(ladders: readonly Ladder[]): Chart | null {
  const series = ladders.map(({ label, steps }) => {
    const by = (percentile: 'p50' | 'p99') =>
      steps.flatMap(({ rate, callNs }): [number, number][] => {
        const ns = callNs[percentile]
        return ns === null ? [] : [[rate, ns]]
      })
    return { name: `${label}, p99 (thin: p50)`, points: by('p99'), companion: by('p50') }
  })
  const axes: Axes = {
    x: 'calls a second, logarithmic',
    xScale: (values, from, to) =>
      logScale(Math.min(...values) / 1.1, Math.max(...values) * 1.1, from, to),
    formatX: compact,
    formatY: duration,
  }
  return lineChart('Latency against rate, open loop', series, axes)
}

function cpuCost(measurements: readonly Measurement[]): Chart | null {
  const bars = measurements.flatMap(({ label, mode, system }): Bar[] => {
    if (!system) return []
    const { clientCpuSeconds, serverCpuSeconds } = system.perMillionRows
    const value = clientCpuSeconds + (serverCpuSeconds ?? 0)
    return [{ label, value, text: `${digits(value)} s`, cls: modeClass[mode] }]
  })
  return barChart('CPU seconds for a million rows', 'client and server CPU seconds', bars, compact)
}

/** From the first to the last whole number, with at most about ten ticks. */
function wholeNumbers(values: readonly number[], from: number, to: number, narrow: boolean) {
  const first = Math.min(...values)
  const last = Math.max(...values)
  const inner = linearScale(Math.max(last - first, 1), from, to, narrow ? 5 : 10)
  // Generations are whole; ticks between them would mean nothing, nor would room past the last.
  const stretch = Math.max(last - first, 1)
  return {
    at: (value: number) => from + ((value - first) / stretch) * (to - from),
    ticks: inner.ticks
      .filter((tick) => Number.isInteger(tick) && tick <= last - first)
      .map((tick) => tick + first),
  }
}
