import type { Contender } from './contender.js'
import { Latencies, PERCENTILES, pooledDifference, pooledPercentiles } from './latencies.js'
import type { Measurement, SystemCost, Yardstick } from './report-schema.js'
import type { Round } from './rounds.js'
import { disagreement, windowsOf } from './stability.js'
import { bootstrap, type Draws, type Estimate, outliers, type Uniform } from './statistics.js'
import type { Verification } from './verify.js'

/** Everything known of one contender after its rounds. */
export interface Measured {
  readonly contender: Contender
  /** At least one. */
  readonly rounds: readonly Round[]
  /** Those of the echo, which were measured beside them. */
  readonly echo: readonly Round[]
  readonly roundsPerWindow: number
  readonly verification: Verification
  readonly system: SystemCost | null
}

/**
 * Makes a contender's row of the report. Intervals come from resampling windows, and rounds within
 * them, with `random`.
 */
export function summarize(measured: Measured, random: Uniform): Measurement {
  const { contender, rounds, verification } = measured
  const windows = windowsOf(rounds, measured.roundsPerWindow)
  const pooled = poolRounds(rounds)
  const draws: Draws = { random, groupSize: measured.roundsPerWindow }
  const [p50, p95, p99, p999] = pooledPercentiles(
    rounds.map(({ latencies }) => latencies),
    PERCENTILES,
    draws,
  )
  const rowNs = bootstrap(rounds.length, rowCost(rounds, contender.rowsPerCall), draws)
  const max = bootstrap(rounds.length, slowest(rounds), draws)
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
    callNs: { p50, p95, p99, p999, max },
    overEcho: overEcho(measured, draws),
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

/** What a call takes more than an echo; null where a call is no exchange that someone waits for. */
function overEcho({ contender, rounds, echo }: Measured, draws: Draws): Measurement['overEcho'] {
  if (contender.protocol === null || contender.inFlight > 1) return null
  const [cost, echoCost] = [rowCost(rounds, 1), rowCost(echo, 1)]
  const more = (weights: Uint32Array) => cost(weights) - echoCost(weights)
  const [ours, theirs] = [rounds, echo].map((side) => side.map(({ latencies }) => latencies))
  return {
    p50Ns: pooledDifference(ours, theirs, 50, draws),
    meanNs: bootstrap(rounds.length, more, draws),
  }
}

/** What a yardstick measured of the machine itself. */
export function summarizeYardstick(
  { label }: Contender,
  name: Yardstick['name'],
  rounds: readonly Round[],
  roundsPerWindow: number,
  random: Uniform,
): Yardstick {
  const draws: Draws = { random, groupSize: roundsPerWindow }
  const histograms = rounds.map(({ latencies }) => latencies)
  const [p50] = pooledPercentiles(histograms, [50], draws)
  return { name, label, p50Ns: p50, meanNs: bootstrap(rounds.length, rowCost(rounds, 1), draws) }
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

/** The slowest call of the rounds drawn. A maximum only grows with more rounds: its interval ends at it. */
function slowest(rounds: readonly Round[]): (weights: Uint32Array) => number {
  const most = rounds.map(({ latencies }) => latencies.max)
  return (weights) =>
    most.reduce((max, value, r) => (weights[r] > 0 ? Math.max(max, value) : max), 0)
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
