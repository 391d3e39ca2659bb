/** Calls with the same arrays after which binding them pays: it costs about as much as 64 save. */
const REPEATS_TO_BIND = 64

type Bind = (inputs: Float32Array, outputs: Float32Array, rows: number) => () => void

/**
 * Remembers the arguments of the last call: most callers keep to theirs, and a bound call is
 * cheaper.
 */
export class Repeats {
  readonly #bind: Bind
  #inputs: Float32Array | undefined
  #outputs: Float32Array | undefined
  #rows = 0
  #repeats = 0
  #bound: (() => void) | undefined

  /** `bind` makes the bound call, once it pays. */
  constructor(bind: Bind) {
    this.#bind = bind
  }

  /** The bound call, if there is one for these arguments. */
  recall(inputs: Float32Array, outputs: Float32Array, rows: number): (() => void) | undefined {
    if (inputs !== this.#inputs || outputs !== this.#outputs || rows !== this.#rows) {
      this.#inputs = inputs
      this.#outputs = outputs
      this.#rows = rows
      this.#repeats = 0
      this.#bound = undefined
    } else if (this.#bound === undefined && ++this.#repeats === REPEATS_TO_BIND) {
      this.#bound = this.#bind(inputs, outputs, rows)
    }
    return this.#bound
  }
}
