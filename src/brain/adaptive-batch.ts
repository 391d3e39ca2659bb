import type { BatchSize } from './batch-size.js'

const FIRST_ROWS = 8
const MAX_ROWS = 8192
/** Requests measured before a size is judged; their median counts, so that one hiccup does not. */
const SAMPLES = 9
/** Twice the rows must make a row at least this much cheaper to be worth their longer wait. */
const GAIN = 0.95
/** Requests whose median tells whether the cost of a row has changed since it was found best. */
const WATCHED = 25
/** How much it must have changed, up or down, for the size to be searched again. */
const DRIFT = 1.25
/** Full requests after which it is searched again in any case. */
const REST = 1000

/**
 * Finds the batch size by itself: the smallest that makes a row 5 % cheaper than half as many rows
 * do. It doubles as long as that pays, or else halves as long as that costs nothing, and settles.
 * It searches again from there when the cost of a row has changed by a quarter, and now and then.
 *
 * When too few rows come to fill twice the best size, it stays open for all that come: the larger
 * requests are only watched, and the best size is kept to if they are a quarter dearer a row.
 */
export class AdaptiveBatch implements BatchSize {
  #rows = FIRST_ROWS
  #phase: 'growing' | 'shrinking' | 'resting' = 'growing'
  /** The best size of this search so far, and milliseconds a row there. */
  #best = FIRST_ROWS
  #bestCost = Number.POSITIVE_INFINITY
  /** The size that this search began with. */
  #start = FIRST_ROWS
  #most = MAX_ROWS
  #full: number[] = []
  #partial: number[] = []
  #rested = 0

  get rows(): number {
    return this.#rows
  }

  answered(rows: number, ms: number): void {
    if (rows === this.#rows) {
      this.#full.push(ms / rows)
      if (this.#full.length === (this.#phase === 'resting' ? WATCHED : SAMPLES)) this.#judge()
    } else if (rows > this.#best && this.#phase === 'growing') {
      this.#partial.push(ms / rows)
      if (this.#partial.length === WATCHED) this.#judgePartial()
    }
  }

  tooLarge(rows: number): void {
    this.#most = Math.min(this.#most, Math.max(1, rows >> 1))
    if (this.#rows > this.#most) this.#search(Math.min(this.#best, this.#most))
  }

  #judge(): void {
    const cost = median(this.#full)
    this.#full = []
    if (this.#phase === 'growing') this.#grow(cost)
    else if (this.#phase === 'shrinking') this.#shrink(cost)
    else this.#rest(cost)
  }

  #judgePartial(): void {
    const cost = median(this.#partial)
    this.#partial = []
    if (cost > this.#bestCost * DRIFT) this.#settle()
  }

  #grow(cost: number): void {
    const pays = cost <= this.#bestCost * GAIN
    if (pays) this.#keep(cost)
    if (pays && this.#rows < this.#most) {
      this.#try(Math.min(this.#most, this.#rows * 2))
    } else if (this.#best === this.#start && this.#best > 1) {
      this.#phase = 'shrinking'
      this.#try(this.#best >> 1)
    } else this.#settle()
  }

  #shrink(cost: number): void {
    const costsNothing = cost * GAIN <= this.#bestCost
    if (costsNothing) this.#keep(cost)
    if (costsNothing && this.#rows > 1) this.#try(this.#rows >> 1)
    else this.#settle()
  }

  #rest(cost: number): void {
    this.#rested += WATCHED
    const changed = cost > this.#bestCost * DRIFT || cost * DRIFT < this.#bestCost
    if (changed || this.#rested >= REST) this.#search(this.#best)
  }

  #search(start: number): void {
    this.#phase = 'growing'
    this.#start = start
    this.#best = start
    this.#bestCost = Number.POSITIVE_INFINITY
    this.#try(start)
  }

  #settle(): void {
    this.#phase = 'resting'
    this.#rested = 0
    this.#try(this.#best)
  }

  #keep(cost: number): void {
    this.#best = this.#rows
    this.#bestCost = cost
  }

  #try(rows: number): void {
    this.#rows = rows
    this.#full = []
    this.#partial = []
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]
}
