import type { Genome } from '../genome/genome.js'
import {
  CONNECTION_WEIGHT,
  CONNECTION_WORDS,
  connectionsOffset,
  HEADER_CONNECTIONS,
} from '../genome/layout.js'
import type { Config } from './config.js'

/**
 * The compatibility distance c1 E / N + c2 D / N + c3 W of Stanley and Miikkulainen (2002): E
 * excess and D disjoint genes, W the mean difference of matching genes' weights, N the genes of
 * the larger genome, or 1 where both are small. A merge over connections sorted by innovation.
 */
export function distance(a: Genome, b: Genome, config: Config): number {
  const aWords = a.words
  const bWords = b.words
  const aFloats = a.floats
  const bFloats = b.floats
  let i = connectionsOffset(aWords)
  let j = connectionsOffset(bWords)
  const aEnd = i + aWords[HEADER_CONNECTIONS] * CONNECTION_WORDS
  const bEnd = j + bWords[HEADER_CONNECTIONS] * CONNECTION_WORDS
  let matching = 0
  let disjoint = 0
  let weights = 0
  while (i < aEnd && j < bEnd) {
    const left = aWords[i]
    const right = bWords[j]
    if (left === right) {
      weights += Math.abs(aFloats[i + CONNECTION_WEIGHT] - bFloats[j + CONNECTION_WEIGHT])
      matching++
      i += CONNECTION_WORDS
      j += CONNECTION_WORDS
    } else {
      disjoint++
      if (left < right) i += CONNECTION_WORDS
      else j += CONNECTION_WORDS
    }
  }
  const excess = (aEnd - i + bEnd - j) / CONNECTION_WORDS
  const larger = Math.max(aWords[HEADER_CONNECTIONS], bWords[HEADER_CONNECTIONS])
  const n = larger < config.smallGenome ? 1 : larger
  return (
    (config.excessCoefficient * excess + config.disjointCoefficient * disjoint) / n +
    (matching === 0 ? 0 : (config.weightCoefficient * weights) / matching)
  )
}
