import type { Contender } from './contender.js'
import { Latencies, PERCENTILES, pooledPercentiles } from './latencies.js'
import type { Measurement, SystemCost } from './report-schema.js'
import type { Round } from './rounds.js'
import { disagreement, windowsOf } from './stability.js'
import { bootstrap, type Estimate, outliers, type Uniform } from './statistics.js'
import type { Verification } from './verify.js'

/** Everything known of one contender after its rounds. */
export interface Measured {
  readonly contender: Contender
  /** At least one. */
  readonly rounds: readonly Round[]
  readonly roundsPerWindow: number
  readonly verification: Verification
  readonly system: SystemCost | null
}

/** Makes a contender's row of the report. Intervals come from resampling rounds with `random`. */
export function summarize(measured: Measured, random: Uniform): Measurement {
  const { contender, rounds, verification } = measured
  const windows = windowsOf(rounds, measured.roundsPerWindow)
  const pooled = poolRounds(rounds)
  const [p50, p95, p99, p999] = pooledPercentiles(
    rounds.map(({ latencies }) => latencies),
    PERCENTILES,
    random,
  )
  const rowNs = bootstrap(rounds.length, rowCost(rounds, contender.rowsPerCall), random)
  const rows = contender.rows()
  const { name, label, mode, workload, server, protocol, rowsPerCall, inFlight } = contender
  return {
    ...{ name, label, mode, workload, server, protocol, rowsPerCall, inFlight },
    callsPerSample: contender.callsPerSample,
    rounds: rounds.length,
    calls: sum(rounds, (round) => round.calls),
    samples: pooled.samples,
    seconds: sum(rounds, (round) => round.seconds),
    rows,
    callNs: { p50, p95, p99, p999, max: pooled.max },
    rowNs,
    rowsPerSecond: inverse(rowNs),
    curve: pooled.curve(),
    windows,
    outlierRounds: outliers(rounds.map((round) => round.seconds / round.calls)),
    unstable: disagreement(windows),
    invalid: failures(rows, verification),
    verified: {
      rows: verification.rows,
      worst: verification.worst,
      limit: verification.limit,
    },
    system: measured.system,
  }
}

/** The latencies of all rounds in one histogram. */
function poolRounds(rounds: readonly Round[]): Latencies {
  const pooled = new Latencies(rounds[0].latencies.callsPerSample)
  for (const { latencies } of rounds) pooled.add(latencies)
  return pooled
}

/** Total time over total rows, so that a slow round weighs what it lasted. */
function rowCost(rounds: readonly Round[], rowsPerCall: number): (weights: Uint32Array) => number {
  return (weights) => {
    let seconds = 0
    let calls = 0
    for (let r = 0; r < rounds.length; r++) {
      seconds += weights[r] * rounds[r].seconds
      calls += weights[r] * rounds[r].calls
    }
    return (seconds * 1e9) / (calls * rowsPerCall)
  }
}

/** Rows a second, from nanoseconds a row. */
function inverse({ value, low, high }: Estimate): Estimate {
  return { value: 1e9 / value, low: 1e9 / high, high: 1e9 / low }
}

function failures(
  { asked, answered, inferCount }: Measurement['rows'],
  { worst, limit }: Verification,
): Measurement['invalid'] {
  const failed: Measurement['invalid'] = []
  if (!(worst <= limit)) {
    const text = `an output differs from native by ${worst.toExponential(1)} x max(1, |y|); the limit is ${limit.toExponential(0)}`
    failed.push({ rule: 'EQUAL_OUTPUTS', text })
  }
  if (asked !== answered || answered !== inferCount) {
    const text = `${asked} rows asked, ${answered} answered, INFER_COUNT ${inferCount}; all three must agree`
    failed.push({ rule: 'ROWS_AGREE', text })
  }
  return failed
}

function sum(rounds: readonly Round[], of: (round: Round) => number): number {
  return rounds.reduce((total, round) => total + of(round), 0)
}
