import { evolve, tasks } from 'neatron'
import type { Problem } from './problem.js'

/** Makes sure that the libraries' problem is the one that neatron solves, to the last bit. */
export async function verify(problem: Problem): Promise<void> {
  const seed = 1
  await evolve({
    task: tasks[problem.name],
    seed,
    population: 50,
    generations: 5,
    onEvaluated({ generation, genomes, fitness }) {
      problem.begin(seed, generation)
      for (const [index, genome] of genomes.entries()) {
        const came = problem.evaluate((inputs) => genome.feedForward(inputs)[0]).fitness
        if (came === fitness[index]) continue
        throw new Error(
          `${problem.name}: genome ${index} of generation ${generation} has fitness ${fitness[index]} in the task, but ${came} in the problem of the other libraries`,
        )
      }
    },
  })
}
