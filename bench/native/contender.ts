import type { Measured } from './genomes.js'

/** One way of computing a genome's rows, ready to be timed. */
export interface Contender {
  name: string
  /** Computes all its rows once, into `outputs`. */
  run(): void | Promise<void>
  /** Row-major [rows x outputs]; none for what computes nothing. */
  outputs?: Float32Array
  /** How many times `run` computes them, for a contender that has its own loop; by default 1. */
  calls?: number
  /** Brings its states back to zeros, where it has some. */
  restart?(): void
}

/** Makes the contenders of one kind for the first `rows` rows of a genome, 1 or 64. */
export type MakeContenders = (
  measured: Measured,
  rows: number,
) => Contender[] | Promise<Contender[]>
