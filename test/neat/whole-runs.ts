import { type Config, type EvolveOptions, tasks } from 'neatron'
import { hashedRun } from './runs.js'

const config: Partial<Config> = { addNode: 0.3, addConnection: 0.4 }
const ALL = ['sigmoid', 'tanh', 'relu', 'gaussian', 'sin', 'abs', 'softplus', 'elu'] as const

/**
 * Runs that between them use all there is: one tick and many, one row a genome and several,
 * memory, every kind of activation, and (the last) more work in a tick than one thread takes.
 */
export const WHOLE_RUNS: Record<string, Extract<EvolveOptions, { task: unknown }>> = {
  xor: { task: tasks.xor, config: { ...config, hiddenActivations: [...ALL] }, generations: 12 },
  cartPole: { task: tasks['cart-pole'], config, population: 60, generations: 5 },
  recurrent: {
    task: tasks['double-pole-without-velocities'],
    config: { ...config, population: 80 },
    generations: 5,
  },
  skirmish: { task: tasks.skirmish, config, population: 250, generations: 2 },
}

/** The hashes of each of the runs, generation by generation; `differing` may change how they run. */
export async function hashesOfWholeRuns(
  differing: (name: string) => Partial<EvolveOptions> = () => ({}),
): Promise<Record<string, string[]>> {
  const hashes: Record<string, string[]> = {}
  for (const [name, options] of Object.entries(WHOLE_RUNS)) {
    const run = { ...options, seed: 12, ...differing(name) } as EvolveOptions
    hashes[name] = await hashedRun(run)
  }
  return hashes
}
