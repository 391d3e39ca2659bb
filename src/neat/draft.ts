import {
  ACTIVATIONS,
  CONNECTION_WORDS,
  connectionsOffset,
  HEADER_WORDS,
  NODE_WORDS,
} from '../genome/layout.js'

/** Node kinds as the packed genome numbers them. */
export const INPUT = 0
export const OUTPUT = 1
export const HIDDEN = 2

/** An activation as the packed genome numbers it. */
export function activationNumber(name: (typeof ACTIVATIONS)[number]): number {
  return ACTIVATIONS.indexOf(name)
}

/**
 * The packed genome under construction. NEAT makes every child in one draft, which is reused, and
 * copies it out when it is done; it keeps hidden nodes in order of their ids and connections in
 * order of their innovation numbers, so that genomes can be compared and crossed by merging.
 */
export class Draft {
  words = new Uint32Array(1024)
  floats = new Float32Array(this.words.buffer)

  /** An empty genome, ready for its nodes. */
  begin(inputs: number, outputs: number): void {
    this.words.set([0, 0, inputs, outputs, 0])
  }

  /** Starts from an existing genome. */
  copyFrom(genome: Uint32Array): void {
    this.#reserve(genome.length)
    this.words.set(genome)
  }

  /** The words in use. */
  get length(): number {
    return connectionsOffset(this.words) + this.words[1] * CONNECTION_WORDS
  }

  /** A copy of exactly the words in use. */
  toWords(): Uint32Array {
    return this.words.slice(0, this.length)
  }

  /** Adds a node: inputs and outputs in the order they are to have, hidden ones at any time. */
  addNode(id: number, kind: number, activation: number, bias: number): void {
    const words = this.#reserve(this.length + NODE_WORDS)
    let at = connectionsOffset(words)
    const end = this.length
    const first = HEADER_WORDS + (words[2] + words[3]) * NODE_WORDS
    if (kind === HIDDEN) while (at > first && words[at - NODE_WORDS] > id) at -= NODE_WORDS
    this.words.copyWithin(at + NODE_WORDS, at, end)
    words[at] = id
    words[at + 1] = kind | (activation << 8)
    this.floats[at + 2] = bias
    words[0]++
  }

  /** Adds an enabled connection. */
  addConnection(innovation: number, from: number, to: number, weight: number): void {
    const end = this.length
    const words = this.#reserve(end + CONNECTION_WORDS)
    const first = connectionsOffset(words)
    let at = end
    while (at > first && words[at - CONNECTION_WORDS] > innovation) at -= CONNECTION_WORDS
    words.copyWithin(at + CONNECTION_WORDS, at, end)
    words[at] = innovation
    words[at + 1] = from
    words[at + 2] = to
    words[at + 3] = 1
    this.floats[at + 4] = weight
    words[1]++
  }

  #reserve(length: number): Uint32Array {
    if (length > this.words.length) {
      const grown = new Uint32Array(length * 2)
      grown.set(this.words)
      this.words = grown
      this.floats = new Float32Array(grown.buffer)
    }
    return this.words
  }
}
