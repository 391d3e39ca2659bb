import type { Measured } from './genomes.js'

/** One way of computing a genome's rows, ready to be timed. */
export interface Contender {
  name: string
  /** Computes all its rows once, into `outputs`. */
  run(): void | Promise<void>
  /** Row-major [rows x outputs]. */
  outputs: Float32Array
  /** Nanoseconds of a row inside Rust, for contenders that add a call to it. */
  timeInside?: () => number
}

/** Makes the contenders of one kind for the first `rows` rows of a genome, 1 or 64. */
export type MakeContenders = (
  measured: Measured,
  rows: number,
) => Contender[] | Promise<Contender[]>
