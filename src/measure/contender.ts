import type { Latencies } from './latencies.js'

/** Where a contender's inference happens, and how rows travel there. */
export type Mode = 'native' | 'in process' | 'single' | 'concurrent' | 'batch'

/** Which rows a contender answers: all by the champion, or each by its own genome. */
export type Workload = 'champion' | 'population'

/** What a contender is: the fixed part of its row in a report. */
export interface ContenderInfo {
  /** Stable, for files and baselines. */
  readonly name: string
  /** What a reader sees. */
  readonly label: string
  readonly mode: Mode
  readonly workload: Workload
  /** Which server answers: `neatron`, `python`, or a URL; null in process. */
  readonly server: string | null
  /** How rows are written on the wire; null in process. */
  readonly protocol: string | null
  readonly rowsPerCall: number
  /** Calls under way at once. */
  readonly inFlight: number
}

/** What a contender did in one round. */
export interface Work {
  readonly calls: number
  /** Seconds the calls took: their own time with one in flight, the round's otherwise. */
  readonly seconds: number
}

/** Rows as each side counted them since the contender was made; all three must agree. */
export interface RowCount {
  readonly asked: number
  readonly answered: number
  /** The brain's INFER_COUNT, or what stands for it where no brain is between: rows answered. */
  readonly inferCount: number
}

/** One way of answering the rows of the trace. */
export interface Contender extends ContenderInfo {
  /** Calls in a sample of its latencies; settled by `prepare`. */
  readonly callsPerSample: number
  /** Warms up for up to so long, and settles how many calls make a sample. */
  prepare(milliseconds: number): Promise<void>
  /** Answers the whole trace once, in its order. */
  answer(): Promise<Float32Array>
  /** Makes calls for about `milliseconds`, going round the trace, and records their latencies. */
  run(milliseconds: number, latencies: Latencies): Promise<Work>
  rows(): RowCount
  close(): Promise<void>
}
