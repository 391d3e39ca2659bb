/** Steps between consecutive words of a seed: 2^32 divided by the golden ratio. */
const GOLDEN = 0x9e3779b9

/** Mixes a word so that neighbouring values come out unrelated (MurmurHash3's finaliser). */
function mix(word: number): number {
  let h = word | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** What a stream of a run's seed decides. */
export const PURPOSE = {
  /** The weights and connections of a genome of the first generation. */
  initial: 0,
  /** The episodes of a generation. */
  episodes: 1,
  /** The parents and mutations of a child. */
  child: 2,
  /** The representatives of the species. */
  representatives: 3,
} as const

/**
 * The seeded generator behind every choice of a run: Chris Doty-Humphrey's sfc32, four 32-bit
 * words of state, which JavaScript steps without a float or an allocation.
 *
 * A generator is one stream of a seed. Each child, each generation's starts and so on has its own
 * stream, named by up to three integers; a stream is computed from its name, so that nothing
 * needs to be remembered to resume a run, and the order in which children are made does not matter.
 */
export class Random {
  // In a typed array, since V8 tags numbers in fields: a step takes less than half the time.
  readonly #state = new Int32Array(4)
  /** The streams of this seed, purpose and generation, before the index is mixed in. */
  readonly #base: number
  readonly #streams: number

  /**
   * @param seed - the run's seed, an unsigned 32-bit integer
   * @param purpose - what the stream decides, one of {@link PURPOSE}
   * @param generation - and of which generation
   * @param index - and which of that generation's streams
   */
  constructor(
    readonly seed: number,
    purpose = 0,
    generation = 0,
    index = 0,
  ) {
    this.#base = mix(seed + GOLDEN)
    const p = mix(this.#base + Math.imul(purpose + 1, GOLDEN))
    this.#streams = mix(p + Math.imul(generation + 1, GOLDEN))
    this.seek(index)
  }

  /** Goes to the beginning of another stream of the same seed, purpose and generation. */
  seek(index: number): void {
    const i = mix(this.#streams + Math.imul(index + 1, GOLDEN))
    this.#state[0] = this.#base ^ i
    this.#state[1] = this.#streams ^ Math.imul(i, 5)
    this.#state[2] = i
    this.#state[3] = 1
    for (let round = 0; round < 8; round++) this.word()
  }

  /** The next 32 bits, as a signed integer. */
  word(): number {
    const state = this.#state
    const b = state[1]
    const c = state[2]
    const sum = (state[0] + b + state[3]) | 0
    state[0] = b ^ (b >>> 9)
    state[1] = c + (c << 3)
    state[2] = ((c << 21) | (c >>> 11)) + sum
    state[3]++
    return sum
  }

  /** A number in [0, 1). */
  next(): number {
    return (this.word() >>> 0) * 2 ** -32
  }

  /** A number in [-1, 1). */
  signed(): number {
    return this.word() * 2 ** -31
  }

  /** A number in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next()
  }

  /** An integer in [0, n), for n up to 2^32. */
  below(n: number): number {
    return Math.floor(this.next() * n)
  }

  /** Whether an event of this probability happens. */
  chance(probability: number): boolean {
    return this.next() < probability
  }
}
