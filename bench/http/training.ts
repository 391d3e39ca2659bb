import { evolve, NeatBrain, tasks } from 'neatron'
import { startServer } from '#src/serve/child.js'
import { type Spread, spread } from '../spread.js'

/** Genomes of a generation, and rows of a batch. */
export const POPULATION = 150

/** What is trained the same way: the batch, and how rows travel. */
const WAYS = [
  { name: '1', batch: 1, protocol: 'infer' },
  { name: `${POPULATION}`, batch: POPULATION, protocol: 'infer' },
  { name: `${POPULATION}, binary`, batch: POPULATION, protocol: 'oip' },
  { name: 'adaptive', batch: 'adaptive', protocol: 'infer' },
] as const

export interface TrainingSpeed {
  readonly name: string
  readonly generationsPerSecond: Spread
  /** Rows a request, on average. */
  readonly rowsPerRequest: number
}

/**
 * Remote evolution of cart-pole as `neatron train --runs 5 --mode remote` does it, loading included:
 * a row a request against a batch for all.
 */
export async function trainingSpeed({
  rounds,
  generations,
}: {
  readonly rounds: number
  readonly generations: number
}): Promise<TrainingSpeed[]> {
  const server = await startServer({ port: 0, allowLoad: true })
  const rates = WAYS.map((): number[] => [])
  const sizes: number[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < WAYS.length; turn++) {
        const way = round % 2 === 0 ? turn : WAYS.length - 1 - turn
        const { batch, protocol } = WAYS[way]
        const brain = NeatBrain.remote({ url: server.url, batch, protocol })
        const before = performance.now()
        const result = await evolve({
          task: tasks['cart-pole'],
          brain,
          population: POPULATION,
          generations,
          seed: 1,
        })
        rates[way].push((result.generations * 1e3) / (performance.now() - before))
        const { inferCount, requests, rows } = brain.stats()
        if (rows !== inferCount) throw new Error(`${rows} rows asked, ${inferCount} answered`)
        sizes[way] = rows / requests
        await brain.close()
      }
    }
    return WAYS.map(({ name }, way) => ({
      name,
      generationsPerSecond: spread(rates[way]),
      rowsPerRequest: sizes[way],
    }))
  } finally {
    await server.close()
  }
}
