/** Decides how many rows a request carries. */
export interface BatchSize {
  /** The most rows of the next request. */
  readonly rows: number
  /** Rows that need not wait for others any longer; at most `rows`. */
  readonly enough: number
  /** A request of `rows` rows was answered after `ms` milliseconds. */
  answered(rows: number, ms: number): void
  /** Only `rows` rows, fewer than enough, came within the longest delay. */
  starved(rows: number): void
}

/** Always the same. */
export class FixedBatch implements BatchSize {
  constructor(readonly rows: number) {}

  get enough(): number {
    return this.rows
  }

  answered(): void {
    // Nothing to learn.
  }

  starved(): void {
    // Nothing to learn.
  }
}
