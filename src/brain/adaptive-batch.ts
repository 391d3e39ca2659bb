import type { BatchSize } from './batch-size.js'

const FIRST_ROWS = 8
const MAX_ROWS = 8192
/** Full requests measured before a size is judged; their median counts, so one hiccup does not. */
const SAMPLES = 5
/** A size must make a row at least this much cheaper to be worth its longer wait. */
const GAIN = 0.95
/** Full requests between two searches for a better size. */
const REST = 1000

/**
 * Finds the batch size by itself: doubles it as long as that makes a row cheaper by 5 %, then
 * settles one step back and, in case the network or the load has changed, searches again from half
 * the size after {@link REST} full requests. After rows have waited in vain for others, as many are enough
 * until more come together.
 */
export class AdaptiveBatch implements BatchSize {
  #rows = FIRST_ROWS
  #samples: number[] = []
  /** Milliseconds a row at the size that is settled on. */
  #settledCost = Number.POSITIVE_INFINITY
  #settledRows = FIRST_ROWS
  #rest = 0
  #enough = Number.POSITIVE_INFINITY

  get rows(): number {
    return this.#rows
  }

  get enough(): number {
    return Math.min(this.#enough, this.#rows)
  }

  answered(rows: number, ms: number): void {
    if (rows > this.#enough) this.#enough = rows
    // Requests that are not full say nothing of this size.
    if (rows !== this.#rows) return
    if (this.#rest > 0) {
      this.#rest -= 1
      if (this.#rest === 0) this.#searchAnew()
      return
    }
    this.#samples.push(ms / rows)
    if (this.#samples.length < SAMPLES) return
    const cost = this.#samples.sort((a, b) => a - b)[SAMPLES >> 1]
    this.#samples = []
    this.#judge(cost)
  }

  starved(rows: number): void {
    this.#enough = rows
  }

  /** From half the size on, so that it can shrink as well as grow. */
  #searchAnew(): void {
    this.#rows = Math.max(1, this.#settledRows >> 1)
    this.#settledCost = Number.POSITIVE_INFINITY
  }

  #judge(cost: number): void {
    if (cost > this.#settledCost * GAIN) {
      this.#rows = this.#settledRows
      this.#rest = REST
      return
    }
    this.#settledCost = cost
    this.#settledRows = this.#rows
    if (this.#rows < MAX_ROWS) this.#rows *= 2
    else this.#rest = REST
  }
}
