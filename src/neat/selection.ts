import { allot } from './allotment.js'
import type { Config } from './config.js'
import { rank } from './ranking.js'
import type { Brood } from './reproduction.js'
import type { Species } from './species.js'

/** The best fitness of a run so far, and the generation that reached it. */
export interface Progress {
  bestFitness: number
  lastImproved: number
}

/**
 * Decides how many children each species has. By explicit fitness sharing a member's fitness is
 * divided by the size of its species, so that a species' share is its mean fitness. Species that
 * stagnate have none, but for the one with the generation's best genome; when the population
 * stagnates as a whole, only its two best species have any, and start afresh (as in Stanley's
 * code, so that they get their time to improve).
 */
export function select(
  species: readonly Species[],
  fitness: Float64Array,
  generation: number,
  progress: Progress,
  config: Config,
): Brood[] {
  const candidates = species.map((one) => {
    const ranked = rank(one.members, fitness)
    const best = fitness[ranked[0]]
    if (best > one.bestFitness) {
      one.bestFitness = best
      one.lastImproved = generation
    }
    return { species: one, ranked, best, mean: mean(ranked, fitness) }
  })
  const byBest = candidates.slice().sort((a, b) => b.best - a.best)
  let parents = candidates.filter(
    (one) => one === byBest[0] || generation - one.species.lastImproved < config.stagnation,
  )
  if (generation - progress.lastImproved > config.populationStagnation) {
    parents = byBest.slice(0, 2)
    progress.lastImproved = generation
    for (const { species } of parents) species.lastImproved = generation
  }
  const offspring = allot(
    parents.map((one) => one.mean),
    config.population,
  )
  return parents.map(({ ranked }, index) => ({ ranked, offspring: offspring[index] }))
}

function mean(members: Uint32Array, fitness: Float64Array): number {
  let sum = 0
  for (const member of members) sum += fitness[member]
  return sum / members.length
}
