import { evolve, NeatBrain, tasks } from 'neatron'
import { startServer } from '#src/serve/child.js'
import { type Spread, spread } from '../spread.js'

/** Genomes of a generation, and rows of a batch. */
export const POPULATION = 150

export interface TrainingSpeed {
  readonly batch: number | 'adaptive'
  readonly generationsPerSecond: Spread
  /** Rows a request, on average. */
  readonly rowsPerRequest: number
}

/** Remote evolution of cart-pole, loading included: a row a request against a batch for all. */
export async function trainingSpeed({
  rounds,
  generations,
}: {
  readonly rounds: number
  readonly generations: number
}): Promise<TrainingSpeed[]> {
  const server = await startServer({ port: 0, allowLoad: true })
  const batches = [1, POPULATION, 'adaptive'] as const
  const rates = new Map<TrainingSpeed['batch'], number[]>(batches.map((batch) => [batch, []]))
  const sizes = new Map<TrainingSpeed['batch'], number>()
  try {
    for (let round = 0; round < rounds; round++) {
      for (const batch of round % 2 === 0 ? batches : [...batches].reverse()) {
        const brain = NeatBrain.remote({ url: server.url, batch })
        const before = performance.now()
        const result = await evolve({
          task: tasks['cart-pole'],
          brain,
          population: POPULATION,
          generations,
          seed: 1,
        })
        rates.get(batch)!.push((result.generations * 1e3) / (performance.now() - before))
        const { inferCount, requests, rows } = brain.stats()
        if (rows !== inferCount) throw new Error(`${rows} rows asked, ${inferCount} answered`)
        sizes.set(batch, rows / requests)
        await brain.close()
      }
    }
    return batches.map((batch) => ({
      batch,
      generationsPerSecond: spread(rates.get(batch)!),
      rowsPerRequest: sizes.get(batch)!,
    }))
  } finally {
    await server.close()
  }
}
