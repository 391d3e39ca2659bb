/** Decides how many rows a request carries. */
export interface BatchSize {
  /** The most rows of the next request. */
  readonly rows: number
  /** A request of `rows` rows was answered after `ms` milliseconds. */
  answered(rows: number, ms: number): void
  /** The server refused a request of `rows` rows, more than one, for its size. */
  tooLarge(rows: number): void
}

/** Always the same. */
export class FixedBatch implements BatchSize {
  constructor(readonly rows: number) {}

  answered(): void {
    // Nothing to learn.
  }

  tooLarge(): void {
    // What was asked for is tried again; the next rows may be shorter as text.
  }
}
