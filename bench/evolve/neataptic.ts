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
  architect: {
    Random: new (inputs: number, hidden: number, outputs: number, options: object) => object
  }
  methods: { mutation: Record<string, unknown> }
  config: { warnings: boolean }
}

const { Neat, architect, methods, config } = createRequire(import.meta.url)(
  'neataptic',
) as Neataptic
const { ADD_NODE, ADD_CONN, MOD_WEIGHT, MOD_BIAS } = methods.mutation
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
 * XOR evolved by neataptic, with options that make the two comparable: it mutates what neatron
 * mutates (nodes and connections added, weights, biases), so that it too must find hidden nodes
 * with a logistic activation, where its whole set finds one node with a squash that is XOR in
 * itself; its default rate of mutation; a tenth of the population elitists, as its examples have
 * it, since without them it loses its best networks. Its networks grow no further than neatron's
 * do on average (by a choice of mutation of our own: its `maxConns` throws once it is reached).
 *
 * @param grown - whether it begins with networks of that size, as for measuring the speed of
 *   generations with as many connections; by default it begins as its users do, with none hidden
 */
export function neatapticXor(
  population: number,
  maxConnections: number,
  grown = false,
): NeatapticEvolution {
  const hidden = Math.max(1, Math.round(maxConnections / 4))
  return new Neat(2, 1, fitness, {
    popsize: population,
    elitism: Math.round(population / 10),
    mutationRate: 0.3,
    network: grown && new architect.Random(2, hidden, 1, { connections: maxConnections }),
    mutationSelection: (network: NeatapticNetwork) => {
      const methods =
        network.connections.length < maxConnections
          ? [ADD_NODE, ADD_CONN, MOD_WEIGHT, MOD_BIAS]
          : [MOD_WEIGHT, MOD_BIAS]
      return methods[Math.floor(Math.random() * methods.length)]
    },
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
