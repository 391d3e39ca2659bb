import type { Genome } from '../genome/genome.js'
import {
  CONNECTION_WEIGHT,
  CONNECTION_WORDS,
  connectionsOffset,
  HEADER_CONNECTIONS,
} from '../genome/layout.js'
import type { Config } from './config.js'

/** What a place of the table holds that no gene took. */
const EMPTY = -1

/** Rounding must not let a bound on a distance exceed the distance. */
const MARGIN = 1 + 1e-9

/**
 * The compatibility distance c1 E / N + c2 D / N + c3 W of Stanley and Miikkulainen (2002): E
 * excess and D disjoint genes, W the mean difference of matching genes' weights, N the genes of
 * the larger genome, or 1 where both are small.
 *
 * It compares many genomes with one, whose weights it keeps in a hash table by innovation number:
 * then each comparison is one pass over the other's genes, which takes half the time of merging
 * two lists, whose branches are hard to predict.
 */
export class Distance {
  readonly #config: Config
  #innovations = new Int32Array(0)
  #weights = new Float32Array(0)
  #mask = 0
  #origin: Genome | undefined

  constructor(config: Config) {
    this.#config = config
  }

  /** Sets the genome from which distances are measured. */
  from(origin: Genome): void {
    this.#origin = origin
    this.#clear(origin.connectionCount)
    const { words, floats } = origin
    const innovations = this.#innovations
    for (let at = connectionsOffset(words); at < words.length; at += CONNECTION_WORDS) {
      let place = words[at] & this.#mask
      while (innovations[place] !== EMPTY) place = (place + 1) & this.#mask
      innovations[place] = words[at]
      this.#weights[place] = floats[at + CONNECTION_WEIGHT]
    }
  }

  /**
   * The distance of a genome.
   *
   * @param limit - where the distance is of no more interest: once it cannot be less, some value of
   *   at least this is returned
   */
  to(genome: Genome, limit = Infinity): number {
    const origin = this.#origin as Genome
    const { excessCoefficient, disjointCoefficient, weightCoefficient, smallGenome } = this.#config
    const { words } = genome
    const count = words[HEADER_CONNECTIONS]
    const originCount = origin.words[HEADER_CONNECTIONS]
    const larger = Math.max(count, originCount)
    const n = larger < smallGenome ? 1 : larger
    // What unmatched genes cost at least; there are at least as many as the sizes differ by.
    const unmatched = Math.min(excessCoefficient, disjointCoefficient) / n
    const room = limit - unmatched * Math.abs(count - originCount)
    if (room <= 0) return limit
    // What the sum of differences may come to, for at most so many genes can match.
    const enough = ((room * Math.min(count, originCount)) / weightCoefficient) * MARGIN
    const { floats } = genome
    const innovations = this.#innovations
    const weights = this.#weights
    const mask = this.#mask
    let matching = 0
    let differences = 0
    for (let at = connectionsOffset(words); at < words.length; at += CONNECTION_WORDS) {
      const innovation = words[at] | 0
      let place = innovation & mask
      let found = innovations[place]
      while (found !== innovation && found !== EMPTY) {
        place = (place + 1) & mask
        found = innovations[place]
      }
      if (found === EMPTY) continue
      matching++
      differences += Math.abs(weights[place] - floats[at + CONNECTION_WEIGHT])
      if (differences >= enough) return limit
    }
    const excess = excessGenes(words, origin.words)
    const disjoint = count + originCount - 2 * matching - excess
    const structure = (excessCoefficient * excess + disjointCoefficient * disjoint) / n
    return structure + (matching === 0 ? 0 : (weightCoefficient * differences) / matching)
  }

  /** Empties the table, with room for so many genes at a quarter of its places or less. */
  #clear(genes: number): void {
    let size = 256
    while (size < genes * 4) size *= 2
    if (size !== this.#innovations.length) {
      this.#innovations = new Int32Array(size)
      this.#weights = new Float32Array(size)
      this.#mask = size - 1
    }
    this.#innovations.fill(EMPTY)
  }
}

/** Genes of either genome that are newer than all of the other's. */
function excessGenes(a: Uint32Array, b: Uint32Array): number {
  if (a[HEADER_CONNECTIONS] === 0) return b[HEADER_CONNECTIONS]
  if (b[HEADER_CONNECTIONS] === 0) return a[HEADER_CONNECTIONS]
  const aLast = a[a.length - CONNECTION_WORDS]
  const bLast = b[b.length - CONNECTION_WORDS]
  return aLast > bLast ? newerGenes(a, bLast) : newerGenes(b, aLast)
}

function newerGenes(words: Uint32Array, innovation: number): number {
  let at = words.length - CONNECTION_WORDS
  const first = connectionsOffset(words)
  while (at >= first && words[at] > innovation) at -= CONNECTION_WORDS
  return (words.length - CONNECTION_WORDS - at) / CONNECTION_WORDS
}
