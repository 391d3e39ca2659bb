import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { NeatronError } from '../errors.js'
import { ACTIVATIONS, type Activation } from '../genome/layout.js'

const probability = (value: number) => Type.Number({ minimum: 0, maximum: 1, default: value })
const amount = (value: number) => Type.Number({ minimum: 0, default: value })
const count = (minimum: number, value: number) => Type.Integer({ minimum, default: value })
const activation = Type.Unsafe<Activation>(
  Type.Union(
    ACTIVATIONS.map((name) => Type.Literal(name)),
    { default: 'steepenedSigmoid' },
  ),
)

/**
 * Every parameter of NEAT, its range and its default: the values of Stanley and Miikkulainen,
 * "Evolving Neural Networks through Augmenting Topologies" (2002), section 4.1, where the paper
 * gives one. Comments say so where it does not.
 */
const CONFIG = Type.Object(
  {
    /** Genomes in a generation. */
    population: count(2, 150),

    /**
     * How the first generation is connected. `full`: each input (and the bias unit) to each
     * output, as in the paper. `minimal`: each output to one input chosen at random (as FS-NEAT,
     * Whiteson et al. 2005, begins). `none`: no connection at all.
     */
    initialTopology: Type.Union(
      [Type.Literal('full'), Type.Literal('minimal'), Type.Literal('none')],
      { default: 'full' },
    ),
    /**
     * Where a constant comes from. `unit`: a node of constant 1 from which connections start,
     * the paper's bias input, but kept inside the genome, so that rows stay as long as the task
     * makes them. `none`: the task's rows carry one, or none is wanted.
     */
    bias: Type.Union([Type.Literal('unit'), Type.Literal('none')], { default: 'unit' }),
    /**
     * Whether genomes are recurrent: connections may form cycles and loops, outputs may be sources,
     * and networks keep a state from tick to tick. Stanley and Miikkulainen use it where a task
     * needs memory (section 4.3.2).
     */
    recurrent: Type.Boolean({ default: false }),
    /** Activation of the outputs. */
    outputActivation: activation,
    /** Activations of hidden nodes: a new node gets one of them at random. */
    hiddenActivations: Type.Array(activation, { minItems: 1, default: ['steepenedSigmoid'] }),

    /** c1: what an excess gene adds to the compatibility distance. */
    excessCoefficient: amount(1),
    /** c2: what a disjoint gene adds. */
    disjointCoefficient: amount(1),
    /** c3: what a difference of 1 in the mean weight of matching genes adds. */
    weightCoefficient: amount(0.4),
    /** Below this many genes in the larger genome, N (which divides c1 and c2) is 1. */
    smallGenome: count(0, 20),
    /** Genomes nearer than this to a species' representative belong to it. */
    compatibilityThreshold: amount(3),

    /** Generations without a better best fitness after which a species no longer reproduces. */
    stagnation: count(1, 15),
    /** The same for the whole population: then only its two best species reproduce. */
    populationStagnation: count(1, 20),
    /** A species of more members than this keeps its champion unchanged. */
    championSize: count(0, 5),
    /** The best part of a species, from which parents are drawn. 0.2 as in Stanley's code. */
    survivalThreshold: probability(0.2),
    /** Share of children with one parent. */
    mutationOnly: probability(0.25),
    /** Probability that the second parent comes from another species. */
    interspeciesMating: probability(0.001),
    /** Probability that a gene disabled in either parent is disabled in the child. */
    inheritDisabled: probability(0.75),

    /** Probability that a child's weights are mutated. */
    mutateWeights: probability(0.8),
    /** Then, for each weight, that it is perturbed; otherwise it is drawn anew. */
    perturbWeight: probability(0.9),
    /** A perturbation is uniform within plus or minus this. The paper gives no value. */
    perturbation: amount(1.5),
    /** A new weight is uniform within plus or minus this. The paper gives no value. */
    weightRange: amount(4),
    /** No weight grows beyond plus or minus this: 8 as in Stanley's code. */
    maxWeight: amount(8),
    /** Probability of splitting a connection with a new node. */
    addNode: probability(0.03),
    /** Probability of a new connection; the paper took 0.3 for its population of 1,000. */
    addConnection: probability(0.05),
    /** Probability that a hidden node gets another of `hiddenActivations`. Not in the paper. */
    mutateActivation: probability(0),

    /**
     * Number of species to steer to: after each generation the compatibility threshold rises by
     * `thresholdStep` if there are more, and falls by it if there are fewer. 0 leaves it alone, as
     * the paper does.
     */
    targetSpecies: count(0, 0),
    thresholdStep: amount(0.3),
    /** Fitness taken off for each connection gene when parents are selected, down to 0 in all. */
    complexityPenalty: amount(0),
    /**
     * Phased search (Green, "Phased searching with NEAT", 2004): once the population's mean
     * connections have grown by this many since the last pruning, genes are removed instead of
     * added, without crossover, until the mean falls no more. 0 never prunes.
     */
    pruneAfter: amount(0),
    /** Probability of removing a connection, while pruning. */
    removeConnection: probability(0.3),
  },
  { additionalProperties: false },
)

/** The parameters of NEAT. A configuration file is this as JSON, each key optional. */
export type Config = Static<typeof CONFIG>

/** What a schema takes, in words. */
function expectation(schema: TSchema): string {
  if (schema.anyOf) return `one of ${schema.anyOf.map((s: TSchema) => `"${s.const}"`).join(', ')}`
  if (schema.type === 'array') return `a list of at least ${schema.minItems} of them`
  if (schema.type === 'boolean') return 'true or false'
  const noun = schema.type === 'integer' ? 'a whole number' : 'a number'
  if (schema.maximum === undefined) return `${noun} of at least ${schema.minimum}`
  return `${noun} from ${schema.minimum} to ${schema.maximum}`
}

/** One line for each bad key: what was expected, what came. */
function complaints(partial: unknown): string[] {
  if (typeof partial !== 'object' || partial === null || Array.isArray(partial)) {
    return [`expected an object of parameters, came ${JSON.stringify(partial)}`]
  }
  const lines = new Map<string, string>()
  for (const { path, schema, value } of Value.Errors(
    CONFIG,
    Value.Default(CONFIG, { ...partial }),
  )) {
    const key = path.slice(1).replaceAll('/', '.')
    const known = key.split('.')[0] in CONFIG.properties
    const line = known
      ? `${key}: expected ${expectation(schema)}, came ${JSON.stringify(value)}`
      : `${key}: no such parameter; there are ${Object.keys(CONFIG.properties).join(', ')}`
    if (!lines.has(key)) lines.set(key, line)
  }
  return [...lines.values()]
}

/**
 * Fills what `partials` leave out with the defaults; later ones override earlier ones, and
 * undefined ones count for nothing.
 *
 * @throws NeatronError `CONFIG_INVALID` with a line for each key that is unknown or whose value
 *   is outside its range
 */
export function completeConfig(...partials: unknown[]): Config {
  const bad = partials.filter((partial) => partial !== undefined).flatMap(complaints)
  if (bad.length > 0) {
    throw new NeatronError('CONFIG_INVALID', `The configuration is not valid:\n${bad.join('\n')}`)
  }
  return Value.Default(CONFIG, Object.assign({}, ...partials)) as Config
}
