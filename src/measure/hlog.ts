import { HistogramLogWriter } from 'hdr-histogram-js'
import type { Contender } from './contender.js'
import type { Round } from './rounds.js'

/** HdrHistogram's log has its column of maxima in milliseconds by convention. */
const NS_PER_MS = 1e6

/**
 * A contender's latencies in the HdrHistogram log format, one interval for each round, as its usual
 * viewers open it.
 */
export function histogramLog(contender: Contender, rounds: readonly Round[]): string {
  let text = ''
  const writer = new HistogramLogWriter((content) => {
    text += content
  })
  const { label, callsPerSample } = contender
  const unit =
    callsPerSample === 1
      ? 'nanoseconds of a call'
      : `nanoseconds of ${callsPerSample} calls in a row, which are timed together`
  writer.outputComment(`${label}: ${unit}`)
  writer.outputLogFormatVersion()
  writer.outputStartTime(rounds[0]?.startedAt ?? 0)
  writer.outputLegend()
  for (const { latencies, startedAt, endedAt } of rounds) {
    const { histogram } = latencies
    writer.outputIntervalHistogram(histogram, startedAt / 1000, endedAt / 1000, NS_PER_MS)
  }
  return text
}
