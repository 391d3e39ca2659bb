import type { HttpReply, HttpRequest } from './exchange.js'

/** Rows that travel in one request. */
export interface RowBatch {
  readonly rows: number
  /** [rows], the genome that answers each row. */
  readonly genome: Uint32Array
  /** Row-major, [rows x I]. */
  readonly inputs: Float32Array
}

/** How rows are written into a request and read from its answer. */
export interface Protocol {
  /** The request that asks `model` for `batch`; `population` models are told the genome of each row. */
  encode(batch: RowBatch, model: string, population: boolean): HttpRequest
  /**
   * The outputs in a 2xx answer, row-major, [rows x outputSize].
   *
   * @throws NeatronError `RESPONSE_INVALID` when the answer is not exactly one row of `outputSize` finite numbers
   * for each row asked.
   */
  decode(reply: HttpReply, rows: number, outputSize: number): Float32Array
}

/** Milliseconds of `infer;dur=` in a `Server-Timing` header, as nanoseconds; null without it. */
export function serverInferNs({ headers }: HttpReply): number | null {
  const timing = headers['server-timing']
  if (timing === undefined) return null
  const text = Array.isArray(timing) ? timing.join(',') : timing
  const ms = Number(/(?:^|[,\s])infer\s*;\s*dur\s*=\s*"?([0-9.]+)/i.exec(text)?.[1] ?? Number.NaN)
  return Number.isNaN(ms) ? null : ms * 1e6
}
