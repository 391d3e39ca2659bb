import {
  CONNECTION_ENABLED,
  CONNECTION_FROM,
  CONNECTION_INNOVATION,
  CONNECTION_TO,
  CONNECTION_WEIGHT,
  CONNECTION_WORDS,
  connectionsOffset,
  HEADER_CONNECTIONS,
  HEADER_INPUTS,
  HEADER_NODES,
  HEADER_OUTPUTS,
  KIND_HIDDEN,
} from '../genome/layout.js'
import type { Config } from './config.js'
import { activationNumber, type Draft, nodeAt } from './draft.js'
import type { Innovations } from './innovation.js'
import type { Random } from './random.js'

/** Pairs of nodes tried before a genome counts as having no room for a new connection. */
const CONNECTION_ATTEMPTS = 20

/** Genomes of fewer connections split elder ones first; each is passed over with a probability. */
const SMALL_GENOME = 15
const PASS_OVER = 0.3

/** The mutations of one run. */
export class Mutation {
  readonly #activations: readonly number[]

  constructor(
    readonly config: Config,
    readonly innovations: Innovations,
  ) {
    this.#activations = config.hiddenActivations.map(activationNumber)
  }

  /** Applies each mutation with its probability. */
  mutate(draft: Draft, random: Random): void {
    const { config } = this
    // Weights first, so that new structure meets its first evaluation as it was made.
    if (random.chance(config.mutateWeights)) this.mutateWeights(draft, random)
    if (random.chance(config.mutateActivation)) this.mutateActivation(draft, random)
    if (random.chance(config.addConnection)) this.addConnection(draft, random)
    if (random.chance(config.addNode)) this.addNode(draft, random)
  }

  /** The same while pruning: connections go instead of coming. */
  prune(draft: Draft, random: Random): void {
    const { config } = this
    if (random.chance(config.mutateWeights)) this.mutateWeights(draft, random)
    if (random.chance(config.removeConnection)) this.removeConnection(draft, random)
  }

  /** Perturbs each weight, or draws it anew. */
  mutateWeights(draft: Draft, random: Random): void {
    const { perturbWeight, perturbation, weightRange, maxWeight } = this.config
    const { words, floats } = draft
    const first = connectionsOffset(words)
    const end = first + words[HEADER_CONNECTIONS] * CONNECTION_WORDS
    // One number decides both what happens to a weight and by how much: within either share of
    // the unit interval it is uniform still.
    const perturb = (2 * perturbation) / perturbWeight
    const renew = (2 * weightRange) / (1 - perturbWeight)
    for (let at = first; at < end; at += CONNECTION_WORDS) {
      const draw = random.next()
      const weight =
        draw < perturbWeight
          ? floats[at + CONNECTION_WEIGHT] + draw * perturb - perturbation
          : (draw - perturbWeight) * renew - weightRange
      floats[at + CONNECTION_WEIGHT] = Math.min(maxWeight, Math.max(-maxWeight, weight))
    }
  }

  /**
   * Splits an enabled connection, chosen at random, by a new node: a connection of weight 1 into
   * it, one of the old weight out of it, the old one disabled. Connections from the bias unit are
   * left alone, as in Stanley's code: a node fed by a constant alone can do nothing new. While the
   * genome is small, elder connections are the likelier to be split, as in his code too: otherwise
   * the few there are get split again and again, into chains.
   */
  addNode(draft: Draft, random: Random): void {
    const { words } = draft
    const first = connectionsOffset(words)
    const end = first + words[HEADER_CONNECTIONS] * CONNECTION_WORDS
    const bias = this.#biasUnit(words)
    const candidate = (at: number) =>
      words[at + CONNECTION_ENABLED] === 1 && words[at + CONNECTION_FROM] !== bias
    let candidates = 0
    for (let at = first; at < end; at += CONNECTION_WORDS) if (candidate(at)) candidates++
    if (candidates === 0) return
    let skip = random.below(candidates)
    if (words[HEADER_CONNECTIONS] < SMALL_GENOME) {
      skip = 0
      while (random.chance(PASS_OVER)) skip = (skip + 1) % candidates
    }
    let at = first
    while (!candidate(at) || skip-- > 0) at += CONNECTION_WORDS
    const from = words[at + CONNECTION_FROM]
    const to = words[at + CONNECTION_TO]
    const weight = draft.floats[at + CONNECTION_WEIGHT]
    const split = this.innovations.split(words[at + CONNECTION_INNOVATION])
    words[at + CONNECTION_ENABLED] = 0
    draft.addNode(split.node, KIND_HIDDEN, this.#activation(random), 0)
    draft.addConnection(split.into, from, split.node, 1)
    draft.addConnection(split.outOf, split.node, to, weight)
  }

  /** Connects two nodes that were not; if that closes no cycle, in a feed-forward genome. */
  addConnection(draft: Draft, random: Random): void {
    const { words } = draft
    const inputs = words[HEADER_INPUTS]
    const outputs = words[HEADER_OUTPUTS]
    const hidden = words[HEADER_NODES] - inputs - outputs
    const constants = this.#constants
    const { recurrent } = this.config
    for (let attempt = 0; attempt < CONNECTION_ATTEMPTS; attempt++) {
      // Nodes lie as inputs, outputs, bias unit, hidden. Outputs are no sources in a feed-forward
      // genome, and neither inputs nor the bias unit are targets.
      const source = random.below(recurrent ? inputs + outputs + hidden : inputs + hidden)
      const target = random.below(outputs + hidden - constants)
      const from = nodeAt(words, recurrent || source < inputs ? source : source + outputs)
      const to = nodeAt(words, inputs + (target < outputs ? target : target + constants))
      if (!draft.accepts(from, to)) continue
      const { weightRange } = this.config
      const weight = random.uniform(-weightRange, weightRange)
      draft.addConnection(this.innovations.connection(from, to), from, to, weight)
      return
    }
  }

  /** Removes a connection, and hidden nodes that nothing touches any more. */
  removeConnection(draft: Draft, random: Random): void {
    const connections = draft.words[HEADER_CONNECTIONS]
    if (connections === 0) return
    draft.removeConnection(random.below(connections))
    draft.dropIdleNodes(this.#constants)
  }

  /** Gives a hidden node another activation. */
  mutateActivation(draft: Draft, random: Random): void {
    const { words } = draft
    const fixed = words[HEADER_INPUTS] + words[HEADER_OUTPUTS] + this.#constants
    const hidden = words[HEADER_NODES] - fixed
    if (hidden > 0) draft.setActivation(fixed + random.below(hidden), this.#activation(random))
  }

  /** Hidden nodes that are the bias unit. */
  get #constants(): number {
    return this.config.bias === 'unit' ? 1 : 0
  }

  #activation(random: Random): number {
    const activations = this.#activations
    return activations.length === 1 ? activations[0] : activations[random.below(activations.length)]
  }

  #biasUnit(words: Uint32Array): number {
    return this.config.bias === 'unit'
      ? nodeAt(words, words[HEADER_INPUTS] + words[HEADER_OUTPUTS])
      : -1
  }
}
