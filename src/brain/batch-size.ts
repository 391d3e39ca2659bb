/** Decides how many rows a request carries. */
export interface BatchSize {
  /** Rows for the next request. */
  readonly rows: number
  /** A request of `rows` rows was answered after `ms` milliseconds. */
  answered(rows: number, ms: number): void
  /** Only `rows` rows, fewer than wanted, came within the longest delay. */
  starved(rows: number): void
}

/** Always the same. */
export class FixedBatch implements BatchSize {
  constructor(readonly rows: number) {}

  answered(): void {
    // Nothing to learn.
  }

  starved(): void {
    // Nothing to learn.
  }
}
