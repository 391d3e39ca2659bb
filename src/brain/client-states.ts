import { NeatronError } from '../errors.js'

/** Numbers that the states may take in all: 1 GiB. */
const MOST_NUMBERS = 2 ** 28

/** Sends rows of inputs and states, and fulfils when the next states are in `next`. */
export type AskStep = (joined: Float32Array, next: Float32Array) => Promise<void>

/**
 * The states of recurrent genomes that a server runs, kept here: the server sees a row's state as
 * more inputs and answers with the next one, which begins with the outputs. A state begins as zeros.
 */
export class ClientStates {
  readonly #inputSize: number
  readonly #outputSize: number
  readonly #stateSize: number
  #states = new Float32Array(0)
  /** Slots with a row that is not answered yet. */
  readonly #busy = new Set<number>()

  constructor(inputSize: number, outputSize: number, stateSize: number) {
    this.#inputSize = inputSize
    this.#outputSize = outputSize
    this.#stateSize = stateSize
  }

  /**
   * Moves the states of `rows` rows on by one step. If asking fails, they stay as they were.
   *
   * @param slots the number of each row's state
   * @throws NeatronError `SLOT_LENGTH`; `SLOT_REPEATED` also for a slot whose last row is not
   *   answered yet; `SLOT_INDEX`; and what `ask` rejects with
   */
  async step(
    slots: Uint32Array,
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
    ask: AskStep,
  ): Promise<void> {
    const taken = this.#take(slots, rows)
    try {
      const next = new Float32Array(rows * this.#stateSize)
      await ask(this.#join(taken, inputs), next)
      this.#keep(taken, next, outputs)
    } finally {
      for (const slot of taken) this.#busy.delete(slot)
    }
  }

  /** The slots of the rows, which nobody else may use until they are answered. */
  #take(slots: Uint32Array, rows: number): Uint32Array {
    if (slots.length < rows) {
      throw new NeatronError(
        'SLOT_LENGTH',
        `${rows} rows need ${rows} slots, but ${slots.length} came`,
      )
    }
    // A copy, for the caller may go on to the next tick before this one is answered.
    const taken = slots.slice(0, rows)
    const most = Math.floor(MOST_NUMBERS / this.#stateSize)
    for (const [row, slot] of taken.entries()) {
      if (slot < most && !this.#busy.has(slot)) {
        this.#busy.add(slot)
        continue
      }
      for (const before of taken.subarray(0, row)) this.#busy.delete(before)
      if (slot >= most) {
        throw new NeatronError(
          'SLOT_INDEX',
          `expected slots below ${most}, came ${slot} for row ${row}; number episodes from 0`,
        )
      }
      throw new NeatronError(
        'SLOT_REPEATED',
        `row ${row} is for slot ${slot}, which has a row that is not answered yet; give each ` +
          'episode a slot of its own and await its answers',
      )
    }
    this.#reserve(taken.reduce((most, slot) => Math.max(most, slot), 0) + 1)
    return taken
  }

  #reserve(slots: number): void {
    const length = slots * this.#stateSize
    if (length <= this.#states.length) return
    const grown = new Float32Array(Math.max(length, 2 * this.#states.length))
    grown.set(this.#states)
    this.#states = grown
  }

  #join(slots: Uint32Array, inputs: Float32Array): Float32Array {
    const width = this.#inputSize + this.#stateSize
    const joined = new Float32Array(slots.length * width)
    for (let row = 0; row < slots.length; row++) {
      const at = slots[row] * this.#stateSize
      joined.set(inputs.subarray(row * this.#inputSize, (row + 1) * this.#inputSize), row * width)
      const state = this.#states.subarray(at, at + this.#stateSize)
      joined.set(state, row * width + this.#inputSize)
    }
    return joined
  }

  #keep(slots: Uint32Array, next: Float32Array, outputs: Float32Array): void {
    for (let row = 0; row < slots.length; row++) {
      const from = row * this.#stateSize
      const state = next.subarray(from, from + this.#stateSize)
      this.#states.set(state, slots[row] * this.#stateSize)
      outputs.set(state.subarray(0, this.#outputSize), row * this.#outputSize)
    }
  }
}
