import type { TensorData } from './signature.js'

/** What a request gets back. */
export interface Answer {
  /** The values of each output of the model, row-major. */
  readonly outputs: readonly Float32Array[]
  readonly rows: number
  /** From acceptance to the start of the (first) run, in milliseconds. */
  readonly queueMs: number
  /** ONNX Runtime's own work on the run or runs that served this request, in milliseconds. */
  readonly inferMs: number
}

/** The rows of one request on their way through the scheduler. */
export interface Job {
  /** The values of each input of the model, row-major, checked. */
  readonly inputs: readonly TensorData[]
  readonly rows: number
  /** When it was accepted, by `performance.now()`. */
  readonly accepted: number
  /** Whether nobody waits for the answer any more. */
  readonly abandoned: () => boolean
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
  /** Rows that a run has taken so far. */
  taken: number
  /** Rows answered so far. */
  answered: number
  /** Whether it has failed: several runs may serve it, and one failure is enough. */
  failed: boolean
  queueMs: number
  inferMs: number
  /** Where the answers of a request served by several runs are put together. */
  outputs: readonly Float32Array[] | null
}
