import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import { type Plan, planGenome, planRecurrent } from '../native/addon.js'

/** What genomes compute, ready to be written. */
export interface Plans {
  /** Whether the plans are steps of recurrent genomes: from inputs and state to the next state. */
  readonly recurrent: boolean
  readonly plans: readonly Plan[]
}

/**
 * The plans of genomes of one shape, recurrent as they are marked, which must be the same for all.
 * Steps have states of one length, that of the genome that needs most.
 */
export function plansOf(genomes: readonly Genome[]): Plans {
  checkShapes(genomes)
  const { recurrent } = genomes[0]
  if (!recurrent) return { recurrent, plans: genomes.map(({ words }) => planGenome(words)) }
  const own = genomes.map(({ words }) => planRecurrent(words, 0))
  const stateSize = own.reduce((size, plan) => Math.max(size, plan.outputSlots.length), 0)
  const plans = own.map((plan, index) =>
    plan.outputSlots.length === stateSize ? plan : planRecurrent(genomes[index].words, stateSize),
  )
  return { recurrent, plans }
}

function checkShapes(genomes: readonly Genome[]): void {
  if (genomes.length === 0) {
    throw new NeatronError('POPULATION_SHAPE', 'A population needs at least one genome, got none.')
  }
  const [{ inputSize, outputSize, recurrent }] = genomes
  for (const [index, genome] of genomes.entries()) {
    if (genome.inputSize !== inputSize || genome.outputSize !== outputSize) {
      const message = `Genome ${index} has ${genome.inputSize} inputs and ${genome.outputSize} outputs; genome 0 has ${inputSize} and ${outputSize}. A population shares both.`
      throw new NeatronError('POPULATION_SHAPE', message)
    }
    if (genome.recurrent !== recurrent) {
      const message = `Genome ${index} is ${recurrent ? 'not ' : ''}marked recurrent, unlike genome 0. Mark all genomes of a population or none.`
      throw new NeatronError('POPULATION_SHAPE', message)
    }
  }
}
