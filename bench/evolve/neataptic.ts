/** neataptic's evolution, from plain JavaScript without types, with its options pinned. */
import { createRequire } from 'node:module'

interface NeatapticNetwork {
  score: number
  connections: unknown[]
  noTraceActivate(inputs: readonly number[]): number[]
}
interface NeatapticEvolution {
  population: NeatapticNetwork[]
  evaluate(): Promise<void>
  evolve(): Promise<NeatapticNetwork>
}
interface Neataptic {
  Neat: new (
    inputs: number,
    outputs: number,
    fitness: (network: NeatapticNetwork) => number,
    options: object,
  ) => NeatapticEvolution
  methods: { mutation: Record<string, unknown> }
  config: { warnings: boolean }
}

const { Neat, methods, config } = createRequire(import.meta.url)('neataptic') as Neataptic
config.warnings = false

export const PATTERNS: readonly [readonly number[], number][] = [
  [[0, 0], 0],
  [[0, 1], 1],
  [[1, 0], 1],
  [[1, 1], 0],
]

/** The same fitness as neatron's XOR. */
function fitness(network: NeatapticNetwork): number {
  let error = 0
  for (const [inputs, answer] of PATTERNS) {
    error += Math.abs(answer - network.noTraceActivate(inputs)[0])
  }
  return Math.max(0, 4 - error) ** 2
}

/**
 * XOR evolved by neataptic. Its mutations are the feed-forward set; a mutation rate of 0.3, the
 * default, is kept; a tenth of the population are elitists, as its examples have it, since without
 * them it loses its best networks; `maxConns` keeps its networks as large as neatron's are.
 */
export function neatapticXor(population: number, maxConnections: number): NeatapticEvolution {
  return new Neat(2, 1, fitness, {
    popsize: population,
    elitism: Math.round(population / 10),
    mutationRate: 0.3,
    mutation: methods.mutation.FFW,
    maxConns: maxConnections,
  })
}

/** Whether a network puts every pattern on its side of 0.5. */
export function solves(network: NeatapticNetwork): boolean {
  return PATTERNS.every(
    ([inputs, answer]) => network.noTraceActivate(inputs)[0] > 0.5 === answer > 0.5,
  )
}

export function meanConnections({ population }: NeatapticEvolution): number {
  return (
    population.reduce((sum, { connections }) => sum + connections.length, 0) / population.length
  )
}
