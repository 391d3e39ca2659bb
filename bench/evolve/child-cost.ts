/**
 * What evolution itself costs for each child: selection, crossover, mutation and speciation, at
 * population 1,000 and a mean of 50 connections, with fitness at random.
 */
import { type Config, Random } from 'neatron'
import { completeConfig } from '#src/neat/config.js'
import { beginEvolution, Evolution, type EvolutionState } from '#src/neat/evolution.js'
import { mean } from './contender.js'

const POPULATION = 1000
const CONNECTIONS = 50
/** Generations measured: the mean grows from 47 to about 53 connections meanwhile. */
const GENERATIONS = 30

/** One way of setting the threshold of compatibility. */
export interface ChildCost {
  /** Number of species that the threshold is steered to, 0 for the paper's fixed one. */
  targetSpecies: number
  /** Microseconds a child, of each generation. */
  us: number[]
  /** The share of each part in it. */
  shares: { select: number; reproduce: number; speciate: number }
  /** Means over the generations. */
  connections: number
  species: number
}

const connectionsOf = ({ genomes }: EvolutionState) =>
  mean(genomes, (genome) => genome.connectionCount)

function advance(evolution: Evolution, random: Random): void {
  evolution.advance(Float64Array.from({ length: POPULATION }, () => random.next()))
}

/** A population that has grown to the size, faster than the paper's parameters would have it. */
function grown(config: Config, seed: number): EvolutionState {
  const fast = { ...config, addNode: 0.3, addConnection: 0.5 }
  const evolution = new Evolution(fast, seed, beginEvolution(6, 2, fast, seed))
  const random = new Random(seed, 1)
  while (connectionsOf(evolution.state) < CONNECTIONS - 3) advance(evolution, random)
  return evolution.state
}

/** Measures so many populations, after one for the compiler. */
export function childCost(targetSpecies: number, populations: number): ChildCost {
  const config = completeConfig({ population: POPULATION, targetSpecies })
  const us: number[] = []
  const times = { select: 0, reproduce: 0, speciate: 0 }
  let connections = 0
  let species = 0
  for (let seed = 0; seed <= populations; seed++) {
    const evolution = new Evolution(config, seed, grown(config, seed))
    const random = new Random(seed, 2)
    for (let generation = 0; generation < GENERATIONS; generation++) {
      advance(evolution, random)
      if (seed === 0) continue
      const { select, reproduce, speciate } = evolution.times
      us.push(((select + reproduce + speciate) * 1000) / POPULATION)
      times.select += select
      times.reproduce += reproduce
      times.speciate += speciate
      connections += connectionsOf(evolution.state)
      species += evolution.state.speciation.species.length
    }
  }
  const total = times.select + times.reproduce + times.speciate
  return {
    targetSpecies,
    us,
    shares: {
      select: times.select / total,
      reproduce: times.reproduce / total,
      speciate: times.speciate / total,
    },
    connections: connections / us.length,
    species: species / us.length,
  }
}
