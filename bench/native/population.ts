import { Genome } from '#src/genome/genome.js'
import { Population } from '#src/genome/population.js'
import type { Contender } from './contender.js'

/** Genomes of the measured population. */
export const GENOMES = 1000

/** Compiling a generation, and running it on a row for each genome. */
export function populationContenders(): Contender[] {
  const genomes = Array.from({ length: GENOMES }, (_, seed) =>
    Genome.random({ inputs: 8, outputs: 4, hidden: 16, connections: 100, seed }),
  )
  const population = Population.compile(genomes)
  population.inputs.fill(0.5)
  return [
    {
      name: 'Population.compile',
      run: () => Population.compile(genomes).dispose(),
      outputs: population.outputs,
    },
    {
      name: 'population.feedForward',
      run: () => population.feedForward(),
      outputs: population.outputs,
    },
  ]
}
