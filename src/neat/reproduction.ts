import { Genome } from '../genome/genome.js'
import type { Config } from './config.js'
import { Crossover } from './crossover.js'
import { Draft } from './draft.js'
import type { Innovations } from './innovation.js'
import { Mutation } from './mutation.js'
import { PURPOSE, Random } from './random.js'

/** A species as reproduction sees it. */
export interface Brood {
  /** Indices of its members, the fittest first. */
  readonly ranked: Uint32Array
  /** Children it is to have. */
  readonly offspring: number
}

/** Makes children: the champions unchanged, the others by crossover and mutation. */
export class Reproduction {
  readonly #draft = new Draft()
  readonly #crossover: Crossover
  readonly #mutation: Mutation

  constructor(
    readonly config: Config,
    readonly innovations: Innovations,
    readonly seed: number,
  ) {
    this.#crossover = new Crossover(config)
    this.#mutation = new Mutation(config, innovations)
  }

  /**
   * The next generation, each child from the stream of its own index.
   *
   * @param pruning - whether structure is removed, without crossover, instead of added
   */
  reproduce(
    broods: readonly Brood[],
    genomes: readonly Genome[],
    fitness: Float64Array,
    generation: number,
    pruning: boolean,
  ): Genome[] {
    const total = broods.reduce((sum, brood) => sum + brood.offspring, 0)
    const children = new Array<Genome>(total)
    const random = new Random(this.seed, PURPOSE.child, generation)
    let index = 0
    for (const brood of broods) {
      const { ranked } = brood
      const survivors = Math.max(1, Math.ceil(ranked.length * this.config.survivalThreshold))
      const keepsChampion = ranked.length > this.config.championSize
      for (let n = 0; n < brood.offspring; n++, index++) {
        if (n === 0 && keepsChampion) {
          children[index] = genomes[ranked[0]]
          continue
        }
        random.seek(index)
        const mother = ranked[random.below(survivors)]
        const father = pruning ? mother : this.#father(mother, brood, survivors, broods, random)
        if (father === mother) this.#draft.copyFrom(genomes[mother].words)
        else this.#cross(genomes, fitness, mother, father, random)
        if (pruning) this.#mutation.prune(this.#draft, random)
        else this.#mutation.mutate(this.#draft, random)
        children[index] = Genome.fromWords(this.#draft.toWords())
      }
    }
    this.innovations.nextGeneration()
    return children
  }

  /** The second parent: the mother herself where there is to be mutation only. */
  #father(
    mother: number,
    brood: Brood,
    survivors: number,
    broods: readonly Brood[],
    random: Random,
  ): number {
    if (random.chance(this.config.mutationOnly)) return mother
    if (broods.length > 1 && random.chance(this.config.interspeciesMating)) {
      // The champion of another species, as in Stanley's code.
      const other = broods[random.below(broods.length)]
      if (other !== brood) return other.ranked[0]
    }
    return brood.ranked[random.below(survivors)]
  }

  #cross(
    genomes: readonly Genome[],
    fitness: Float64Array,
    mother: number,
    father: number,
    random: Random,
  ): void {
    const one = genomes[mother]
    const other = genomes[father]
    const difference = fitness[mother] - fitness[father]
    if (difference > 0) this.#crossover.cross(this.#draft, one, other, random)
    else if (difference < 0) this.#crossover.cross(this.#draft, other, one, random)
    else this.#crossover.crossEquals(this.#draft, one, other, random)
  }
}
