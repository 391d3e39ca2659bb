import type { Genome } from '../genome/genome.js'
import type { Config } from './config.js'
import { initialPopulation } from './initial.js'
import { Innovations } from './innovation.js'
import { nextPhase, type Phase } from './phase.js'
import { PURPOSE, Random } from './random.js'
import { Reproduction } from './reproduction.js'
import { type Progress, select } from './selection.js'
import { type Speciation, type Species, speciate } from './species.js'

/**
 * Everything a run is between two generations; with the configuration and the seed it decides all
 * that follows. Random streams are named by generation, so that no generator needs to be kept.
 */
export interface EvolutionState extends Progress {
  /** Generations that are complete. */
  generation: number
  /** The genomes of the generation to evaluate next. */
  genomes: Genome[]
  /** Their species. */
  speciation: Speciation
  nextInnovation: number
  nextNode: number
  phase: Phase
}

/** The first generation of a run. */
export function beginEvolution(
  inputs: number,
  outputs: number,
  config: Config,
  seed: number,
): EvolutionState {
  const { genomes, innovations } = initialPopulation(inputs, outputs, config, seed)
  const none = { species: [], nextSpecies: 0, threshold: config.compatibilityThreshold }
  return {
    generation: 0,
    genomes,
    speciation: speciate(none, genomes, 0, config),
    phase: { pruning: false, connections: meanConnections(genomes), stalled: 0 },
    nextInnovation: innovations.nextInnovation,
    nextNode: innovations.nextNode,
    bestFitness: 0,
    lastImproved: 0,
  }
}

/** NEAT from one generation to the next. It knows genomes and their fitness, and no task. */
export class Evolution {
  /** Where the last generation's time went, in milliseconds. */
  readonly times = { select: 0, reproduce: 0, speciate: 0 }
  readonly #reproduction: Reproduction
  #state: EvolutionState

  constructor(
    readonly config: Config,
    readonly seed: number,
    state: EvolutionState,
  ) {
    this.#state = state
    const innovations = new Innovations(state.nextInnovation, state.nextNode)
    this.#reproduction = new Reproduction(config, innovations, seed)
  }

  get state(): EvolutionState {
    return this.#state
  }

  /** Replaces the evaluated generation by its children. */
  advance(raw: Float64Array): void {
    const began = performance.now()
    const fitness = this.#penalise(raw)
    const phase = nextPhase(this.#state.phase, meanConnections(this.#state.genomes), this.config)
    const { genomes, speciation, generation } = this.#state
    const { species } = speciation
    const { innovations } = this.#reproduction
    const progress = this.#progress(fitness)
    const broods = select(species, fitness, generation, progress, this.config)
    const selected = performance.now()
    const children = this.#reproduction.reproduce(
      broods,
      genomes,
      fitness,
      generation,
      phase.pruning,
    )
    const reproduced = performance.now()
    drawRepresentatives(
      species,
      genomes,
      new Random(this.seed, PURPOSE.representatives, generation),
    )
    const next = generation + 1
    this.#state = {
      ...progress,
      generation: next,
      phase,
      genomes: children,
      speciation: speciate(speciation, children, next, this.config),
      nextInnovation: innovations.nextInnovation,
      nextNode: innovations.nextNode,
    }
    this.times.select = selected - began
    this.times.reproduce = reproduced - selected
    this.times.speciate = performance.now() - reproduced
  }

  /** Fitness less the price of complexity. */
  #penalise(fitness: Float64Array): Float64Array {
    const { complexityPenalty } = this.config
    if (complexityPenalty === 0) return fitness
    const { genomes } = this.#state
    return fitness.map((value, index) =>
      Math.max(0, value - complexityPenalty * genomes[index].connectionCount),
    )
  }

  #progress(fitness: Float64Array): Progress {
    const { bestFitness, lastImproved, generation } = this.#state
    const best = fitness.reduce((a, b) => Math.max(a, b))
    return best > bestFitness
      ? { bestFitness: best, lastImproved: generation }
      : { bestFitness, lastImproved }
  }
}

function meanConnections(genomes: readonly Genome[]): number {
  return genomes.reduce((sum, { connectionCount }) => sum + connectionCount, 0) / genomes.length
}

/** Each species is represented by one of its members, drawn at random, in the next generation. */
function drawRepresentatives(
  species: readonly Species[],
  genomes: readonly Genome[],
  random: Random,
): void {
  for (const one of species) {
    one.representative = genomes[one.members[random.below(one.members.length)]]
  }
}
