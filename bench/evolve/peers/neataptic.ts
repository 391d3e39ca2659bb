/**
 * neataptic. It has no species and no innovation numbers; what there is to be chosen in it is
 * pinned so that the two are comparable:
 *
 * - It mutates what neatron mutates (nodes and connections added, weights, biases), so that it too
 *   must find hidden nodes with a logistic activation. Its whole set changes activations as well,
 *   and then finds a single node with a squash that is XOR in itself: shown in a row of its own.
 * - A tenth of the population are elitists, as in its examples: it loses its best networks else.
 * - Its networks stop growing at the size that neatron's have, by a choice of mutation of our own:
 *   its `maxConns` throws once it is reached. For speed they begin with that size.
 * - To solve XOR, they begin with four hidden nodes and mutate much: from none, it seldom solves XOR
 *   in 200 generations at any rate. Of the rates 0.3, 0.5 and 3 times 0.8, each with none, two and
 *   four nodes, with `equal` and without, these solve it fastest, in four runs of five.
 */
import { createRequire } from 'node:module'
import { type Contender, type EvolutionRun, Judge, mean, type RunOptions } from '../contender.js'

interface Network {
  nodes: { type: string }[]
  connections: unknown[]
  noTraceActivate(inputs: readonly number[]): number[]
}
interface Neat {
  population: Network[]
  evaluate(): Promise<void>
  evolve(): Promise<Network>
}
interface Neataptic {
  Neat: new (
    inputs: number,
    outputs: number,
    fitness: (network: Network) => number,
    options: object,
  ) => Neat
  architect: {
    Random: new (inputs: number, hidden: number, outputs: number, options: object) => object
  }
  methods: { mutation: Record<string, unknown> & { FFW: readonly unknown[] } }
  config: { warnings: boolean }
}

const { Neat, architect, methods, config } = createRequire(import.meta.url)(
  'neataptic',
) as Neataptic
const { ADD_NODE, ADD_CONN, MOD_WEIGHT, MOD_BIAS } = methods.mutation
config.warnings = false

/** How a run begins, how often it mutates, and what. */
interface Manner {
  network: object | false
  mutationRate: number
  mutationAmount: number
  equal: boolean
  mutation: readonly unknown[]
}

const WEIGHTS = [MOD_WEIGHT, MOD_BIAS]
const CALM = { mutationRate: 0.3, mutationAmount: 1, equal: false }

/** With activations that stay as they are. */
function logistic({ problem, endless, connections }: RunOptions): Manner {
  const mutation = [ADD_NODE, ADD_CONN, ...WEIGHTS]
  const { inputs } = problem
  if (endless) {
    const size = Math.max(inputs, Math.ceil(connections))
    const hidden = Math.max(1, Math.round(size / 4))
    const network = new architect.Random(inputs, hidden, 1, { connections: size })
    return { ...CALM, network, mutation }
  }
  if (problem.name !== 'xor') return { ...CALM, network: false, mutation }
  const network = new architect.Random(inputs, 4, 1, {})
  return { network, mutationRate: 0.8, mutationAmount: 3, equal: true, mutation }
}

/** With all that it mutates by default in networks without cycles. */
const squashing = (): Manner => ({ ...CALM, network: false, mutation: methods.mutation.FFW })

function begin(options: RunOptions, { mutation, ...manner }: Manner): EvolutionRun {
  const { problem, population, connections } = options
  const judge = new Judge(options)
  const neat = new Neat(
    problem.inputs,
    1,
    (network) => judge.fitness((inputs) => network.noTraceActivate(inputs)[0]),
    {
      popsize: population,
      elitism: Math.round(population / 10),
      ...manner,
      mutationSelection: (network: Network) => {
        const all = network.connections.length < connections ? mutation : WEIGHTS
        return all[Math.floor(Math.random() * all.length)]
      },
    },
  )
  return {
    async generation() {
      await neat.evaluate()
      const solved = judge.next()
      // It leaves out evaluation, since the scores are there.
      if (!solved) await neat.evolve()
      return solved
    },
    size: () => ({
      connections: mean(neat.population, (network) => network.connections.length),
      hidden: mean(
        neat.population,
        ({ nodes }) => nodes.filter(({ type }) => type === 'hidden').length,
      ),
    }),
  }
}

export const neataptic: Contender = {
  name: 'neataptic',
  begin: (options) => begin(options, logistic(options)),
}

/** The row of its own. */
export const neatapticSquashing: Contender = {
  name: 'neataptic, activations too',
  begin: (options) => begin(options, squashing()),
}
