/** How much one run moves what is expected of the next, so that one hiccup does not decide. */
const WEIGHT = 0.25

/** What the runs of a model take, by their rows: sizes from one power of two to the next are alike. */
export class RunTimes {
  /** Milliseconds, by the power of two. */
  readonly #ms: (number | undefined)[] = []

  /** Learns from a run of `rows` rows (at least 1) that took `ms` milliseconds. */
  add(rows: number, ms: number): void {
    const size = sizeOf(rows)
    const known = this.#ms[size] ?? ms
    this.#ms[size] = known + WEIGHT * (ms - known)
  }

  /**
   * Milliseconds that a run of `rows` rows will take; for a size not yet seen, what the largest
   * smaller one takes: at least that.
   */
  expect(rows: number): number {
    for (let size = sizeOf(rows); size >= 0; size -= 1) {
      const ms = this.#ms[size]
      if (ms !== undefined) return ms
    }
    return 0
  }
}

function sizeOf(rows: number): number {
  return 31 - Math.clz32(rows)
}
