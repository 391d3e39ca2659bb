import type { Answer } from './job.js'
import type { Model } from './model.js'
import type { TensorData } from './signature.js'

/** A request for inference, read and checked, whatever its protocol. */
export interface Asked {
  readonly model: Model
  /** The values of each input in the order of the model's signature. */
  readonly inputs: readonly TensorData[]
  readonly rows: number
  /** Writes its answer. */
  readonly write: (answer: Answer) => Written
}

/** An answer as it is sent. */
export interface Written {
  /** Names and values in turns. Node writes them in half the time that an object takes. */
  readonly headers: readonly string[]
  readonly body: string | Buffer
}

/** What JSON is sent as. */
export const JSON_TYPE = 'application/json; charset=utf-8'

/** Where the time of an answer went, in milliseconds, for the header `Server-Timing`. */
export function serverTiming({ queueMs, inferMs }: Answer): string {
  return `queue;dur=${queueMs.toFixed(4)}, infer;dur=${inferMs.toFixed(4)}`
}
