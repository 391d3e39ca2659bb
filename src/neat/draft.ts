import {
  ACTIVATION_SHIFT,
  ACTIVATIONS,
  type Activation,
  CONNECTION_ENABLED,
  CONNECTION_FROM,
  CONNECTION_INNOVATION,
  CONNECTION_TO,
  CONNECTION_WEIGHT,
  CONNECTION_WORDS,
  connectionsOffset,
  FLAG_RECURRENT,
  HEADER_CONNECTIONS,
  HEADER_FLAGS,
  HEADER_INPUTS,
  HEADER_NODES,
  HEADER_OUTPUTS,
  HEADER_WORDS,
  KIND_HIDDEN,
  KIND_MASK,
  NODE_BIAS,
  NODE_ID,
  NODE_SHAPE,
  NODE_WORDS,
} from '../genome/layout.js'
import { Reachability } from './reachability.js'

/** An activation as the packed genome numbers it. */
export function activationNumber(name: Activation): number {
  return ACTIVATIONS.indexOf(name)
}

/** The id of the node at a position of a packed genome. */
export function nodeAt(words: Uint32Array, position: number): number {
  return words[HEADER_WORDS + position * NODE_WORDS + NODE_ID]
}

/**
 * Words taken at once for finished genomes. A typed array with memory of its own costs more than
 * making a child; a slice of a common block does not. A genome that is kept keeps its block.
 */
const BLOCK_WORDS = 1 << 14

/**
 * The packed genome under construction. NEAT makes every child in one draft, which is reused, and
 * copies it out when it is done. It keeps hidden nodes in order of their ids and connections in
 * order of their innovation numbers, so that genomes can be compared and crossed by merging.
 */
export class Draft {
  words = new Uint32Array(1024)
  floats = new Float32Array(this.words.buffer)
  #block = new Uint32Array(0)
  #blockUsed = 0
  readonly #reachability = new Reachability()

  /** An empty genome, ready for its nodes. */
  begin(inputs: number, outputs: number, recurrent = false): void {
    this.words[HEADER_NODES] = 0
    this.words[HEADER_CONNECTIONS] = 0
    this.words[HEADER_INPUTS] = inputs
    this.words[HEADER_OUTPUTS] = outputs
    this.words[HEADER_FLAGS] = recurrent ? FLAG_RECURRENT : 0
  }

  /** Starts from an existing genome. */
  copyFrom(genome: Uint32Array): void {
    this.#reserve(genome.length)
    this.words.set(genome)
  }

  /** The words in use. */
  get length(): number {
    return connectionsOffset(this.words) + this.words[HEADER_CONNECTIONS] * CONNECTION_WORDS
  }

  /** A copy of exactly the words in use. */
  toWords(): Uint32Array {
    const { length, words } = this
    if (this.#blockUsed + length > this.#block.length) {
      this.#block = new Uint32Array(Math.max(BLOCK_WORDS, length))
      this.#blockUsed = 0
    }
    const copy = new Uint32Array(this.#block.buffer, this.#blockUsed * 4, length)
    copy.set(words.subarray(0, length))
    this.#blockUsed += length
    return copy
  }

  /** Adds a node: inputs and outputs in the order they are to have, hidden ones at any time. */
  addNode(id: number, kind: number, activation: number, bias: number): void {
    const at = this.#insertNode(id, kind === KIND_HIDDEN)
    this.words[at + NODE_SHAPE] = kind | (activation << ACTIVATION_SHIFT)
    this.floats[at + NODE_BIAS] = bias
  }

  /** Adds the node of this id as another genome has it, unless it is here already. */
  addNodeFrom(other: Uint32Array, id: number): void {
    if (findNode(this.words, id) >= 0) return
    const from = findNode(other, id)
    const at = this.#insertNode(id, true)
    this.words[at + NODE_SHAPE] = other[from + NODE_SHAPE]
    this.words[at + NODE_BIAS] = other[from + NODE_BIAS]
  }

  /** Removes the hidden nodes, after the first `fixed` ones, that no connection touches. */
  dropIdleNodes(fixed: number): void {
    const { words, length } = this
    const touched = this.#reachability.touched(words)
    const first = HEADER_WORDS + (words[HEADER_INPUTS] + words[HEADER_OUTPUTS] + fixed) * NODE_WORDS
    const end = connectionsOffset(words)
    let kept = first
    for (let at = first; at < end; at += NODE_WORDS) {
      if (!touched(words[at + NODE_ID])) continue
      if (kept < at)
        for (let word = 0; word < NODE_WORDS; word++) words[kept + word] = words[at + word]
      kept += NODE_WORDS
    }
    if (kept === end) return
    words.copyWithin(kept, end, length)
    words[HEADER_NODES] -= (end - kept) / NODE_WORDS
  }

  /**
   * Whether two nodes may be connected: they are not yet, and no cycle would close, unless the
   * genome is recurrent.
   */
  accepts(from: number, to: number): boolean {
    const { words } = this
    const first = connectionsOffset(words)
    const end = first + words[HEADER_CONNECTIONS] * CONNECTION_WORDS
    for (let at = first; at < end; at += CONNECTION_WORDS) {
      if (words[at + CONNECTION_FROM] === from && words[at + CONNECTION_TO] === to) return false
    }
    if ((words[HEADER_FLAGS] & FLAG_RECURRENT) !== 0) return true
    // Nodes are numbered inputs, outputs, others; nothing leads to an input or on from an output.
    const inputs = words[HEADER_INPUTS]
    if (from < inputs || to < inputs + words[HEADER_OUTPUTS]) return true
    return !this.#reachability.reaches(words, to, from)
  }

  /** Adds a connection. */
  addConnection(
    innovation: number,
    from: number,
    to: number,
    weight: number,
    enabled: 0 | 1 = 1,
  ): void {
    const end = this.length
    this.#reserve(end + CONNECTION_WORDS)
    const { words } = this
    const first = connectionsOffset(words)
    let at = end
    while (at > first && words[at - CONNECTION_WORDS + CONNECTION_INNOVATION] > innovation) {
      at -= CONNECTION_WORDS
    }
    words.copyWithin(at + CONNECTION_WORDS, at, end)
    words[at + CONNECTION_INNOVATION] = innovation
    words[at + CONNECTION_FROM] = from
    words[at + CONNECTION_TO] = to
    words[at + CONNECTION_ENABLED] = enabled
    this.floats[at + CONNECTION_WEIGHT] = weight
    words[HEADER_CONNECTIONS]++
  }

  /** Removes the connection at a position. */
  removeConnection(position: number): void {
    const { words } = this
    const at = connectionsOffset(words) + position * CONNECTION_WORDS
    words.copyWithin(at, at + CONNECTION_WORDS, this.length)
    words[HEADER_CONNECTIONS]--
  }

  /** Sets the activation of the node at a position. */
  setActivation(position: number, activation: number): void {
    const at = HEADER_WORDS + position * NODE_WORDS + NODE_SHAPE
    this.words[at] = (this.words[at] & KIND_MASK) | (activation << ACTIVATION_SHIFT)
  }

  /** Makes room for a node, at the end or in the order of hidden ids, and writes its id there. */
  #insertNode(id: number, sorted: boolean): number {
    const end = this.length
    this.#reserve(end + NODE_WORDS)
    const { words } = this
    const first = HEADER_WORDS + (words[HEADER_INPUTS] + words[HEADER_OUTPUTS]) * NODE_WORDS
    let at = connectionsOffset(words)
    if (sorted) while (at > first && words[at - NODE_WORDS + NODE_ID] > id) at -= NODE_WORDS
    words.copyWithin(at + NODE_WORDS, at, end)
    words[at + NODE_ID] = id
    words[HEADER_NODES]++
    return at
  }

  #reserve(length: number): void {
    if (length <= this.words.length) return
    const grown = new Uint32Array(length * 2)
    grown.set(this.words)
    this.words = grown
    this.floats = new Float32Array(grown.buffer)
  }
}

/** Where a node stands, or -1. */
function findNode(words: Uint32Array, id: number): number {
  const end = connectionsOffset(words)
  for (let at = HEADER_WORDS; at < end; at += NODE_WORDS) {
    if (words[at + NODE_ID] === id) return at
  }
  return -1
}
