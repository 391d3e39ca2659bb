/** How much one run moves what is expected of the next, so that one hiccup does not decide. */
const WEIGHT = 0.25

/** A run counts as so many times what was expected at most, however long the hiccup. */
const MOST = 2

/**
 * Up to so many rows a run takes about as long as one of a single row. So 1,024 rows may take 64
 * times as long, which is the most among the models of docs/onnx.md; the least is 6.
 */
const FEW_ROWS = 16

/** What the runs of a model take, by their rows: sizes from one power of two to the next are alike. */
export class RunTimes {
  /** Milliseconds, by the power of two. */
  readonly #ms: (number | undefined)[] = []

  /** Learns from a run of `rows` rows (at least 1) that took `ms` milliseconds. */
  add(rows: number, ms: number): void {
    const size = sizeOf(rows)
    const known = this.#ms[size] ?? ms
    this.#ms[size] = known + WEIGHT * (Math.min(ms, MOST * known) - known)
  }

  /**
   * Milliseconds that a run of `rows` rows will take at least; for a size not yet seen, what the
   * largest smaller one takes. 0 if none is known.
   */
  atLeast(rows: number): number {
    return this.#ms[this.#known(rows)] ?? 0
  }

  /**
   * Milliseconds that a run of `rows` rows may take; for a size not yet seen, what the largest
   * smaller one takes, in proportion to the rows.
   */
  atMost(rows: number): number {
    const known = this.#known(rows)
    const times = known === sizeOf(rows) ? 1 : rows / Math.max(2 ** known, FEW_ROWS)
    return this.atLeast(rows) * Math.max(1, times)
  }

  /** The largest size known up to that of `rows`; -1 if there is none. */
  #known(rows: number): number {
    let size = sizeOf(rows)
    while (size >= 0 && this.#ms[size] === undefined) size -= 1
    return size
  }
}

function sizeOf(rows: number): number {
  return 31 - Math.clz32(rows)
}
