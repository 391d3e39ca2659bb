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
}

/**
 * Puts each genome into a species: that of its mother, if it is still compatible with that one's
 * representative, else the first compatible one in order of age, else a new one of which it is
 * the representative. (Asking the mother's species first costs most children one comparison.)
 * Species that nobody joins are gone.
 *
 * @param mothers - for each genome the id of its mother's species, or -1
 */
export function speciate(
  { species, nextSpecies }: Speciation,
  genomes: readonly Genome[],
  mothers: Int32Array,
  generation: number,
  config: Config,
): Speciation {
  const byId = new Map(species.map((one) => [one.id, one]))
  for (const one of species) one.members = []
  const all = species.slice()
  for (let index = 0; index < genomes.length; index++) {
    const genome = genomes[index]
    const compatible = (one: Species) =>
      distance(genome, one.representative, config) < config.compatibilityThreshold
    const mother = byId.get(mothers[index])
    let home = mother !== undefined && compatible(mother) ? mother : all.find(compatible)
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
  return { species: all.filter((one) => one.members.length > 0), nextSpecies }
}
