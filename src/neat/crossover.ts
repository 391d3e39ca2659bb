import type { Genome } from '../genome/genome.js'
import { CONNECTION_WORDS, connectionsOffset } from '../genome/layout.js'
import type { Config } from './config.js'
import type { Draft } from './draft.js'
import type { Random } from './random.js'

/**
 * Writes a child of two parents into the draft. Genes align by innovation number: matching ones
 * come from either parent at random, disjoint and excess ones from the fitter. Between equals the
 * caller names the smaller one as `fitter`, as Stanley's code does: the child then has one
 * parent's structure, so that crossing never closes a cycle in a feed-forward genome.
 */
export function crossover(
  draft: Draft,
  fitter: Genome,
  other: Genome,
  config: Config,
  random: Random,
): void {
  draft.copyFrom(fitter.words)
  const { words, floats } = draft
  const otherWords = other.words
  const otherFloats = other.floats
  let i = connectionsOffset(words)
  let j = connectionsOffset(otherWords)
  const end = i + words[1] * CONNECTION_WORDS
  const otherEnd = j + otherWords[1] * CONNECTION_WORDS
  let coins = 1
  for (; i < end; i += CONNECTION_WORDS) {
    const innovation = words[i]
    while (j < otherEnd && otherWords[j] < innovation) j += CONNECTION_WORDS
    let enabled = words[i + 3]
    if (j < otherEnd && otherWords[j] === innovation) {
      // One word of the generator is 31 tosses of a coin.
      if (coins === 1) coins = random.word() | 0x80000000
      if (coins & 1) floats[i + 4] = otherFloats[j + 4]
      coins >>>= 1
      enabled &= otherWords[j + 3]
    }
    if (enabled === 0) words[i + 3] = random.chance(config.inheritDisabled) ? 0 : 1
  }
}
