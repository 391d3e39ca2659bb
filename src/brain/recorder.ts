import {
  type LatencyHistograms,
  type LatencySummary,
  latencyHistograms,
} from './latency-histogram.js'

/** What inference has cost so far. */
export interface InferenceCounters {
  /** Rows that the native call or the server answered. */
  inferCount: number
  /**
   * Nanoseconds in calls, as their caller sees them: the native call, or encoding a request, its
   * exchange with all retries, and decoding its answer. Time a row waits in the buffer for others,
   * and waiting for a server that is gone, is not in it.
   */
  inferTimeNs: number
  /** Wall nanoseconds of the HTTP exchanges that were answered, retried attempts excluded; 0 in process. */
  httpTimeNs: number
  /**
   * Nanoseconds of inference by the server's own account (`infer` of its `Server-Timing`); null in
   * process, and when any answer came without that figure.
   */
  remoteInferNs: number | null
  /** Requests asked, each counted once however often it was retried; 0 in process. */
  requests: number
  /** Attempts beyond the first. */
  retries: number
  /** Rows asked. Equals `inferCount` when nothing failed or was withdrawn. */
  rows: number
}

/** Counters, and the percentiles of both histograms in nanoseconds. */
export interface InferenceStats extends InferenceCounters {
  /** Tails are read from `call`, cost from `row`. */
  histogram: { call: LatencySummary; row: LatencySummary }
}

/** What inference cost in one generation. */
export interface GenerationInference extends InferenceStats {
  /** The histograms themselves; they belong to the receiver. */
  readonly latencies: LatencyHistograms
  /** When the generation's first and last moment were, in milliseconds since the epoch. */
  readonly startedAt: number
  readonly endedAt: number
}

/** Counts rows, requests and times; once for all, and for the generation since the last `takeGeneration`. */
export class Recorder {
  #total = new Tally()
  #generation = new Tally()
  #totalLatencies = latencyHistograms()
  #latencies = latencyHistograms()
  #startedAt = Date.now()

  /** `rows` rows were asked. */
  asked(rows: number): void {
    this.#generation.rows += rows
  }

  /** A call answered `rows` rows (at least 1) in `ns` nanoseconds. */
  answered(rows: number, ns: number): void {
    const tally = this.#generation
    tally.inferCount += rows
    tally.inferTimeNs += ns
    this.#latencies.call.recordValue(Math.round(ns))
    this.#latencies.row.recordValueWithCount(Math.round(ns / rows), rows)
  }

  /** A request was begun. */
  requested(): void {
    this.#generation.requests += 1
  }

  /** An attempt failed and is made again. */
  retried(): void {
    this.#generation.retries += 1
  }

  /** An exchange was answered after `httpNs`; the server gave `remoteNs`, or null, for inference. */
  exchanged(httpNs: number, remoteNs: number | null): void {
    const tally = this.#generation
    tally.httpTimeNs += httpNs
    tally.exchanges += 1
    if (remoteNs !== null) {
      tally.timedExchanges += 1
      tally.remoteInferNs += remoteNs
    }
  }

  /** Everything since the brain was made. */
  stats(): InferenceStats {
    const tally = new Tally()
    tally.add(this.#total)
    tally.add(this.#generation)
    const { call, row } = latencyHistograms()
    for (const part of [this.#totalLatencies, this.#latencies]) {
      call.add(part.call)
      row.add(part.row)
    }
    return { ...tally.counters(), histogram: { call: call.summarize(), row: row.summarize() } }
  }

  /** Everything since the last call of this method, which starts anew. */
  takeGeneration(): GenerationInference {
    const tally = this.#generation
    const latencies = this.#latencies
    const startedAt = this.#startedAt
    const endedAt = Date.now()
    this.#total.add(tally)
    this.#totalLatencies.call.add(latencies.call)
    this.#totalLatencies.row.add(latencies.row)
    this.#generation = new Tally()
    this.#latencies = latencyHistograms()
    this.#startedAt = endedAt
    const histogram = { call: latencies.call.summarize(), row: latencies.row.summarize() }
    return { ...tally.counters(), histogram, latencies, startedAt, endedAt }
  }
}

/** The sums behind {@link InferenceCounters}. */
class Tally {
  inferCount = 0
  inferTimeNs = 0
  httpTimeNs = 0
  remoteInferNs = 0
  requests = 0
  retries = 0
  rows = 0
  exchanges = 0
  timedExchanges = 0

  add(other: Tally): void {
    this.inferCount += other.inferCount
    this.inferTimeNs += other.inferTimeNs
    this.httpTimeNs += other.httpTimeNs
    this.remoteInferNs += other.remoteInferNs
    this.requests += other.requests
    this.retries += other.retries
    this.rows += other.rows
    this.exchanges += other.exchanges
    this.timedExchanges += other.timedExchanges
  }

  counters(): InferenceCounters {
    const { inferCount, requests, retries, rows } = this
    const timed = this.exchanges > 0 && this.timedExchanges === this.exchanges
    const inferTimeNs = Math.round(this.inferTimeNs)
    const httpTimeNs = Math.round(this.httpTimeNs)
    const remoteInferNs = timed ? Math.round(this.remoteInferNs) : null
    return { inferCount, inferTimeNs, httpTimeNs, remoteInferNs, requests, retries, rows }
  }
}

/** The time now in nanoseconds, from an arbitrary origin; a double, so that timing allocates nothing. */
export function nowNs(): number {
  return performance.now() * 1e6
}
