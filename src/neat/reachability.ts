import {
  CONNECTION_FROM,
  CONNECTION_TO,
  CONNECTION_WORDS,
  connectionsOffset,
  HEADER_CONNECTIONS,
  NODE_ID,
  NODE_WORDS,
} from '../genome/layout.js'

/**
 * Whether a genome's connection genes, enabled or not, lead from one node to another. Disabled
 * ones count, so that enabling a gene again, as crossover does, can never close a cycle.
 *
 * The marks are stamps indexed by node id, kept from call to call, so that a query clears nothing
 * and allocates nothing.
 */
export class Reachability {
  #stamps = new Uint32Array(1024)
  #stamp = 0

  /**
   * Marks the nodes that connections touch, until the next call of a method.
   *
   * @param words - as for {@link reaches}
   * @returns whether a node is marked
   */
  touched(words: Uint32Array): (node: number) => boolean {
    const first = connectionsOffset(words)
    const end = first + words[HEADER_CONNECTIONS] * CONNECTION_WORDS
    const stamp = this.#begin(words[first - NODE_WORDS + NODE_ID])
    const stamps = this.#stamps
    for (let at = first; at < end; at += CONNECTION_WORDS) {
      stamps[words[at + CONNECTION_FROM]] = stamp
      stamps[words[at + CONNECTION_TO]] = stamp
    }
    return (node) => stamps[node] === stamp
  }

  /** @param words - a packed genome whose last node has the greatest id, as NEAT orders them */
  reaches(words: Uint32Array, start: number, goal: number): boolean {
    if (start === goal) return true
    const first = connectionsOffset(words)
    const end = first + words[HEADER_CONNECTIONS] * CONNECTION_WORDS
    const stamp = this.#begin(words[first - NODE_WORDS + NODE_ID])
    const stamps = this.#stamps
    stamps[start] = stamp
    // Connections are not in topological order, so sweep until a sweep marks nothing new; there
    // are as many sweeps as the longest path has steps against the order of innovation: few.
    for (let marked = true; marked; ) {
      marked = false
      for (let at = first; at < end; at += CONNECTION_WORDS) {
        const to = words[at + CONNECTION_TO]
        if (stamps[words[at + CONNECTION_FROM]] === stamp && stamps[to] !== stamp) {
          if (to === goal) return true
          stamps[to] = stamp
          marked = true
        }
      }
    }
    return false
  }

  /** A stamp that marks no node up to this id. */
  #begin(lastNode: number): number {
    if (lastNode >= this.#stamps.length) this.#stamps = new Uint32Array(lastNode * 2)
    this.#stamp = (this.#stamp + 1) >>> 0
    if (this.#stamp === 0) {
      this.#stamps.fill(0)
      this.#stamp = 1
    }
    return this.#stamp
  }
}
