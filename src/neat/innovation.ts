/** The numbers that a split hands out: the new node, and the connections into and out of it. */
export interface Split {
  readonly node: number
  readonly into: number
  readonly outOf: number
}

/**
 * Historical markings for the whole population. The same structural mutation arising in several
 * children of one generation gets the same numbers; `nextGeneration` forgets, as in the paper
 * (section 3.2), so that memory does not grow with the run and two counters are all the state
 * there is between generations.
 */
export class Innovations {
  #nextInnovation: number
  #nextNode: number
  readonly #connections = new Map<number, number>()
  readonly #splits = new Map<number, Split>()

  constructor(nextInnovation: number, nextNode: number) {
    this.#nextInnovation = nextInnovation
    this.#nextNode = nextNode
  }

  get nextInnovation(): number {
    return this.#nextInnovation
  }

  get nextNode(): number {
    return this.#nextNode
  }

  /** The innovation number of a connection between two nodes. */
  connection(from: number, to: number): number {
    const key = from * 2 ** 26 + to
    let innovation = this.#connections.get(key)
    if (innovation === undefined) {
      innovation = this.#nextInnovation++
      this.#connections.set(key, innovation)
    }
    return innovation
  }

  /** The numbers for splitting the connection that has this innovation number. */
  split(innovation: number): Split {
    let split = this.#splits.get(innovation)
    if (split === undefined) {
      const into = this.#nextInnovation
      this.#nextInnovation += 2
      split = { node: this.#nextNode++, into, outOf: into + 1 }
      this.#splits.set(innovation, split)
    }
    return split
  }

  /** Forgets this generation's mutations; numbers are never given out twice. */
  nextGeneration(): void {
    this.#connections.clear()
    this.#splits.clear()
  }
}
