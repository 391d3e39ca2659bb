import { Random } from '../neat/random.js'
import { closedLoop } from './closed-loop.js'
import { Latencies } from './latencies.js'
import type { LiveMetrics } from './live-metrics.js'
import { OPEN_CONNECTIONS } from './load-ladder.js'
import { LoadTarget } from './load-target.js'
import { type OpenLoopOptions, openLoop } from './open-loop.js'

/** A load on one endpoint: give `rate` for an open loop, or `concurrency` for a closed one. */
export interface LoadOptions {
  readonly url: string
  readonly token?: string
  /** Requests a second; latency counts from the intended send time. */
  readonly rate?: number
  /** When they are due: at random moments, or at equal gaps. */
  readonly arrivals?: 'poisson' | 'constant'
  /** Requests in flight. */
  readonly concurrency?: number
  readonly rows: number
  readonly inputs?: number
  readonly seconds: number
  readonly seed: number
  /** Told of latencies as they come, for whoever watches. */
  readonly live?: LiveMetrics
  readonly signal: AbortSignal
}

/** What a load came to. Durations in nanoseconds; null where there are too few samples. */
export interface LoadResult {
  readonly url: string
  readonly loop: 'open' | 'closed'
  readonly rate: number | null
  readonly concurrency: number | null
  readonly rows: number
  readonly inputs: number
  readonly seconds: number
  readonly requests: number
  /** Requests that failed; they have no latency. */
  readonly errors: number
  readonly firstError: string | null
  /** Requests not sent, since thousands were unanswered: the rate is too high. */
  readonly shed: number
  readonly requestsPerSecond: number
  readonly rowsPerSecond: number
  readonly requestNs: {
    readonly p50: number | null
    readonly p95: number | null
    readonly p99: number | null
    readonly p999: number | null
    readonly max: number
  }
}

/** @throws NeatronError as {@link LoadTarget.open}; a request that fails later is counted instead */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { url, token, rate, arrivals = 'poisson' } = options
  const { concurrency = 1, rows, seconds, seed, signal } = options
  const random = new Random(seed)
  const uniform = () => random.next()
  const target = await LoadTarget.open({
    ...{ url, token, rows, inputs: options.inputs, random: uniform },
    connections: rate === undefined ? concurrency : OPEN_CONNECTIONS,
  })
  const latencies = new Latencies()
  options.live?.follow('load', rows, latencies)
  let errors = 0
  let firstError: string | null = null
  const call = async (): Promise<boolean> => {
    const error = await target.attempt()
    if (error === undefined) return true
    errors++
    firstError ??= error.message
    return false
  }
  const milliseconds = seconds * 1000
  try {
    const done =
      rate === undefined
        ? await closed(concurrency, milliseconds, call, latencies, signal)
        : await open({ rate, milliseconds, arrivals, random: uniform, latencies, signal }, call)
    const { elapsed, shed } = done
    const requests = latencies.samples
    return {
      url,
      loop: rate === undefined ? 'closed' : 'open',
      rate: rate ?? null,
      concurrency: rate === undefined ? concurrency : null,
      rows,
      inputs: target.inputs,
      seconds: elapsed,
      requests,
      errors,
      firstError,
      shed,
      requestsPerSecond: requests / elapsed,
      rowsPerSecond: (requests * rows) / elapsed,
      requestNs: {
        p50: latencies.percentile(50),
        p95: latencies.percentile(95),
        p99: latencies.percentile(99),
        p999: latencies.percentile(99.9),
        max: latencies.max,
      },
    }
  } finally {
    target.close()
  }
}

interface Done {
  readonly elapsed: number
  readonly shed: number
}

async function closed(
  concurrency: number,
  milliseconds: number,
  call: () => Promise<boolean>,
  latencies: Latencies,
  signal: AbortSignal,
): Promise<Done> {
  const { wallNs } = await closedLoop(
    concurrency,
    milliseconds,
    call,
    (ns, answered) => {
      if (answered) latencies.record(ns)
    },
    signal,
  )
  return { elapsed: wallNs / 1e9, shed: 0 }
}

async function open(options: OpenLoopOptions, call: () => Promise<boolean>): Promise<Done> {
  const { seconds, shed } = await openLoop(call, options)
  return { elapsed: seconds, shed }
}
