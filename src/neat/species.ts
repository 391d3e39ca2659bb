import type { Genome } from '../genome/genome.js'
import type { Config } from './config.js'
import { Distance } from './distance.js'

/** Genomes alike enough to share a niche. */
export interface Species {
  /** Numbered in order of appearance. */
  readonly id: number
  /** A member of the previous generation, drawn at random, that decides who belongs. */
  representative: Genome
  /** Indices into the generation's genomes. */
  members: number[]
  /** The best fitness any member ever had, less the price of its complexity. */
  bestFitness: number
  /** The generation in which it, or the species, was new. */
  lastImproved: number
  /** With one trial a generation: the best fitness any member ever had by the task alone. */
  bestOfTask?: number
  /** With one trial a generation: whether its best was tried since {@link bestOfTask} rose. */
  tried?: boolean
}

/** The species of a population and the number of the next one. */
export interface Speciation {
  species: Species[]
  nextSpecies: number
  /** The compatibility threshold of the generation to come. */
  threshold: number
}

/**
 * Puts each genome into the first species, in order of age, with whose representative it is
 * compatible, or into a new one that it represents. Species that nobody joins are gone. (Asking its
 * mother's species first would be cheaper, but breaks the population into more and smaller
 * species: XOR then takes a quarter more generations.)
 */
export function speciate(
  { species, nextSpecies, threshold }: Speciation,
  genomes: readonly Genome[],
  generation: number,
  config: Config,
): Speciation {
  const distance = new Distance(config)
  // Species take their members one after the other, out of those whom the elder ones left over.
  const homeless = new Uint32Array(genomes.length)
  let left = homeless.length
  for (let index = 0; index < left; index++) homeless[index] = index
  const gather = (one: Species, first = 0) => {
    distance.from(one.representative)
    let kept = 0
    for (let at = first; at < left; at++) {
      const index = homeless[at]
      if (distance.to(genomes[index], threshold) < threshold) one.members.push(index)
      else homeless[kept++] = index
    }
    left = kept
  }
  const all = species.slice()
  for (const one of all) {
    one.members = []
    gather(one)
  }
  while (left > 0) {
    const founder = homeless[0]
    const founded = {
      id: nextSpecies++,
      representative: genomes[founder],
      members: [founder],
      bestFitness: 0,
      lastImproved: generation,
    }
    gather(founded, 1)
    all.push(founded)
  }
  const joined = all.filter((one) => one.members.length > 0)
  return { species: joined, nextSpecies, threshold: steer(threshold, joined.length, config) }
}

/** The threshold a step nearer to where the number of species would be the one aimed at. */
function steer(threshold: number, species: number, config: Config): number {
  const { targetSpecies, thresholdStep } = config
  if (targetSpecies === 0 || species === targetSpecies) return threshold
  return species > targetSpecies
    ? threshold + thresholdStep
    : Math.max(thresholdStep, threshold - thresholdStep)
}
