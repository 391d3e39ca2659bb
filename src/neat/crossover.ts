import type { Genome } from '../genome/genome.js'
import {
  CONNECTION_ENABLED,
  CONNECTION_FROM,
  CONNECTION_TO,
  CONNECTION_WEIGHT,
  CONNECTION_WORDS,
  connectionsOffset,
  HEADER_CONNECTIONS,
} from '../genome/layout.js'
import type { Config } from './config.js'
import type { Draft } from './draft.js'
import type { Random } from './random.js'

/** Crosses two genomes, whose genes align by innovation number. */
export class Crossover {
  /** Where a child's disabled genes stand. */
  #disabled = new Uint32Array(256)

  constructor(readonly config: Config) {}

  /**
   * Writes a child into the draft. Matching genes come from either parent at random, disjoint and
   * excess ones from the fitter, so that the child has the fitter's structure.
   */
  cross(draft: Draft, fitter: Genome, other: Genome, random: Random): void {
    draft.copyFrom(fitter.words)
    this.#mix(draft, other, random)
    this.#enable(draft, random)
  }

  /**
   * The same for parents of equal fitness: disjoint and excess genes come from both, each with
   * probability a half, but for connections that the child has already by another number, or that
   * would close a cycle.
   */
  crossEquals(draft: Draft, one: Genome, other: Genome, random: Random): void {
    draft.copyFrom(one.words)
    this.#mix(draft, other, random)
    this.#dropDisjoint(draft, other, random)
    this.#takeDisjoint(draft, one, other, random)
    draft.dropIdleNodes(this.config.bias === 'unit' ? 1 : 0)
    this.#enable(draft, random)
  }

  /** Takes half of the matching genes' weights, and marks as disabled what either parent has so. */
  #mix({ words }: Draft, other: Genome, random: Random): void {
    const otherWords = other.words
    let i = connectionsOffset(words)
    let j = connectionsOffset(otherWords)
    const end = i + words[HEADER_CONNECTIONS] * CONNECTION_WORDS
    const otherEnd = j + otherWords[HEADER_CONNECTIONS] * CONNECTION_WORDS
    let coins = 1
    while (i < end && j < otherEnd) {
      const innovation = words[i]
      if (innovation === otherWords[j]) {
        // One word of the generator is 31 tosses of a coin: the topmost bit marks the end.
        if (coins === 1) coins = random.word() | 0x80000000
        // No branch, which would be mispredicted every other time.
        const weight = i + CONNECTION_WEIGHT
        words[weight] ^= (words[weight] ^ otherWords[j + CONNECTION_WEIGHT]) & -(coins & 1)
        coins >>>= 1
        words[i + CONNECTION_ENABLED] &= otherWords[j + CONNECTION_ENABLED]
        i += CONNECTION_WORDS
        j += CONNECTION_WORDS
      } else if (innovation < otherWords[j]) i += CONNECTION_WORDS
      else j += CONNECTION_WORDS
    }
  }

  /** A gene disabled in either parent stays so with the probability that the paper gives. */
  #enable({ words }: Draft, random: Random): void {
    const connections = words[HEADER_CONNECTIONS]
    if (this.#disabled.length < connections) this.#disabled = new Uint32Array(2 * connections)
    const disabled = this.#disabled
    const first = connectionsOffset(words) + CONNECTION_ENABLED
    const end = first + connections * CONNECTION_WORDS
    // Found first, without a branch: which genes are disabled is nothing to be predicted.
    let count = 0
    for (let at = first; at < end; at += CONNECTION_WORDS) {
      disabled[count] = at
      count += 1 - words[at]
    }
    const { inheritDisabled } = this.config
    for (let n = 0; n < count; n++) {
      if (!random.chance(inheritDisabled)) words[disabled[n]] = 1
    }
  }

  #dropDisjoint(draft: Draft, other: Genome, random: Random): void {
    const { words } = draft
    const otherWords = other.words
    const first = connectionsOffset(words)
    const end = first + words[HEADER_CONNECTIONS] * CONNECTION_WORDS
    let j = connectionsOffset(otherWords)
    const otherEnd = otherWords.length
    let kept = first
    for (let i = first; i < end; i += CONNECTION_WORDS) {
      while (j < otherEnd && otherWords[j] < words[i]) j += CONNECTION_WORDS
      const matching = j < otherEnd && otherWords[j] === words[i]
      if (!matching && random.chance(0.5)) continue
      if (kept !== i) words.copyWithin(kept, i, i + CONNECTION_WORDS)
      kept += CONNECTION_WORDS
    }
    words[HEADER_CONNECTIONS] = (kept - first) / CONNECTION_WORDS
  }

  #takeDisjoint(draft: Draft, one: Genome, other: Genome, random: Random): void {
    const oneWords = one.words
    const otherWords = other.words
    let i = connectionsOffset(oneWords)
    for (let j = connectionsOffset(otherWords); j < otherWords.length; j += CONNECTION_WORDS) {
      while (i < oneWords.length && oneWords[i] < otherWords[j]) i += CONNECTION_WORDS
      const matching = i < oneWords.length && oneWords[i] === otherWords[j]
      if (matching || random.chance(0.5)) continue
      const from = otherWords[j + CONNECTION_FROM]
      const to = otherWords[j + CONNECTION_TO]
      if (!draft.accepts(from, to)) continue
      draft.addNodeFrom(otherWords, from)
      draft.addNodeFrom(otherWords, to)
      const enabled = otherWords[j + CONNECTION_ENABLED] === 0 ? 0 : 1
      draft.addConnection(otherWords[j], from, to, other.floats[j + CONNECTION_WEIGHT], enabled)
    }
  }
}
