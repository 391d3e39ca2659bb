import type { ErrorCode } from '../errors.js'
import type { Evaluated } from '../neat/evaluator.js'

/** Which task a worker thread plays: one of neatron's own by name, or a module's export. */
export type TaskSource =
  | { readonly builtIn: string }
  | { readonly module: string; readonly export?: string }

/** What a worker thread is asked: to evaluate a block of a generation's genomes. */
export interface Block {
  readonly source: TaskSource
  /** The genomes, packed. */
  readonly genomes: Uint32Array
  readonly seed: number
  readonly generation: number
  /** Whether the ticks' times are wanted. */
  readonly timed: boolean
}

/** A block that was evaluated. */
export interface EvaluatedBlock extends Evaluated {
  /** Rows, simulation and inference nanoseconds of each tick, one tick after the other. */
  readonly times?: Float32Array
}

/** A block whose task or brain threw. An error's class is lost between threads, so its code goes along. */
export interface FailedBlock {
  readonly error: Error
  readonly code?: ErrorCode
}
