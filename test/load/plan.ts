/** What a load generator is to do: an open loop with `rate`, or a closed one with `concurrency`. */
export type Plan = {
  readonly host: string
  readonly port: number
  /** Whole HTTP requests in base64, sent in turn. */
  readonly requests: readonly string[]
  readonly seconds: number
  readonly seed: number
} & (
  | { readonly rate: number; readonly concurrency?: undefined }
  | { readonly rate?: undefined; readonly concurrency: number }
)

/** Milliseconds; null without samples. */
export interface Quantiles {
  readonly p50: number | null
  readonly p99: number | null
}

/** What came of it. */
export interface Account {
  readonly seconds: number
  /** Requests that were due. */
  readonly offered: number
  readonly sent: number
  /** Due, but without a connection to send them on. */
  readonly notSent: number
  /** Answers by HTTP status. */
  readonly statuses: Readonly<Record<string, number>>
  /** Requests whose connection ended before their answer. */
  readonly broken: number
  /** Requests without an answer at the end. */
  readonly unanswered: number
  readonly connections: number
  /** From when a request was due to its answer, if that was 200. */
  readonly acceptedMs: Quantiles
  /** The same of all other answers. */
  readonly refusedMs: Quantiles
  /** From when a request was due to when it was sent. */
  readonly lagMs: Quantiles & { readonly max: number | null }
  /** Share of one processor that the generator took. */
  readonly cpu: number
}
