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
 *
 * @param limit - where the distance is of no more interest: once it cannot be less, some value of
 *   at least this is returned
 */
export function distance(a: Genome, b: Genome, config: Config, limit = Infinity): number {
  const { excessCoefficient, disjointCoefficient, weightCoefficient, smallGenome } = config
  const aWords = a.words
  const bWords = b.words
  const aCount = aWords[HEADER_CONNECTIONS]
  const bCount = bWords[HEADER_CONNECTIONS]
  const larger = Math.max(aCount, bCount)
  const n = larger < smallGenome ? 1 : larger
  // What unmatched genes may come to; there are at least as many as the sizes differ by.
  const room = limit * n
  const unmatched = Math.abs(aCount - bCount)
  if (unmatched * Math.min(excessCoefficient, disjointCoefficient) >= room) return limit
  const aFloats = a.floats
  const bFloats = b.floats
  let i = connectionsOffset(aWords)
  let j = connectionsOffset(bWords)
  const aEnd = i + aCount * CONNECTION_WORDS
  const bEnd = j + bCount * CONNECTION_WORDS
  let matching = 0
  let weights = 0
  let structure = 0
  while (i < aEnd && j < bEnd) {
    const left = aWords[i]
    const right = bWords[j]
    if (left === right) {
      weights += Math.abs(aFloats[i + CONNECTION_WEIGHT] - bFloats[j + CONNECTION_WEIGHT])
      matching++
      i += CONNECTION_WORDS
      j += CONNECTION_WORDS
    } else {
      structure += disjointCoefficient
      if (structure >= room) return limit
      if (left < right) i += CONNECTION_WORDS
      else j += CONNECTION_WORDS
    }
  }
  structure += (excessCoefficient * (aEnd - i + bEnd - j)) / CONNECTION_WORDS
  return structure / n + (matching === 0 ? 0 : (weightCoefficient * weights) / matching)
}
