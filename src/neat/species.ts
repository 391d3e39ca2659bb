import type { Genome } from '../genome/genome.js'
import type { Config } from './config.js'
import { distance } from './distance.js'

/** Genomes alike enough to share a niche. */
export interface Species {
  /** Numbered in order of appearance. */
  readonly id: number
  /** A member of the previous generation, drawn at random, that decides who belongs. */
  representative: Genome
  /** Indices into the generation's genomes. */
  members: number[]
  /** The best fitness any member ever had. */
  bestFitness: number
  /** The generation in which it, or the species, was new. */
  lastImproved: number
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
  for (const one of species) one.members = []
  const all = species.slice()
  for (let index = 0; index < genomes.length; index++) {
    const genome = genomes[index]
    let home = all.find(
      ({ representative }) => distance(genome, representative, config, threshold) < threshold,
    )
    if (home === undefined) {
      home = {
        id: nextSpecies++,
        representative: genome,
        members: [],
        bestFitness: 0,
        lastImproved: generation,
      }
      all.push(home)
    }
    home.members.push(index)
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
