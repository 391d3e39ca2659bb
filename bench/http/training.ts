import { evolve, NeatBrain, tasks } from 'neatron'
import { startServer } from '#src/serve/child.js'
import { type Spread, spread } from '../spread.js'
import { inTurn } from './turns.js'

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

/** As `neatron train` is told in its first example; it may be solved before. */
const GENERATIONS = 5

/**
 * Remote evolution of cart-pole as `neatron train --runs 5 --mode remote` does it, loading included:
 * a row a request against a batch for all.
 */
export async function trainingSpeed(rounds: number): Promise<TrainingSpeed[]> {
  const server = await startServer({ port: 0, allowLoad: true })
  const sides = WAYS.map((way) => ({ ...way, rates: [] as number[], rowsPerRequest: 0 }))
  try {
    for (let round = 0; round < rounds; round++) {
      for (const side of inTurn(sides, round)) {
        const { batch, protocol } = side
        const brain = NeatBrain.remote({ url: server.url, batch, protocol })
        const before = performance.now()
        const result = await evolve({
          task: tasks['cart-pole'],
          brain,
          population: POPULATION,
          generations: GENERATIONS,
          seed: 1,
        })
        side.rates.push((result.generations * 1e3) / (performance.now() - before))
        const { inferCount, requests, rows } = brain.stats()
        if (rows !== inferCount) throw new Error(`${rows} rows asked, ${inferCount} answered`)
        side.rowsPerRequest = rows / requests
        await brain.close()
      }
    }
    return sides.map(({ name, rates, rowsPerRequest }) => ({
      name,
      generationsPerSecond: spread(rates),
      rowsPerRequest,
    }))
  } finally {
    await server.close()
  }
}
