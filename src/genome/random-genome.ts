import { NeatronError } from '../errors.js'
import { randomGenome } from '../native/addon.js'
import { ACTIVATIONS, type Activation } from './layout.js'
import { checkOptions } from './options.js'

/** What a random genome looks like. */
export interface RandomGenomeOptions {
  /** Input nodes, at least 1. */
  inputs: number
  /** Output nodes, at least 1. */
  outputs: number
  /** Hidden nodes; 0 by default. */
  hidden?: number
  /**
   * Connections, disabled ones included; by default three for each hidden and output node. Raised
   * to what joins every hidden and output node, and lowered to what the nodes can hold without a cycle (so that sizes
   * may be drawn at random): `genome.connectionCount` tells how many there are.
   */
  connections?: number
  /**
   * Drawn from for hidden and output nodes; by default all but `step`, whose jump makes
   * comparisons between implementations difficult.
   */
  activations?: readonly Activation[]
  /** A whole number from 0 to 2^53 - 1: the same gives the same genome. By default drawn. */
  seed?: number
}

const KNOWN = ['inputs', 'outputs', 'hidden', 'connections', 'activations', 'seed']

/** The most nodes, and the most connections, that {@link packRandom} makes. */
const MOST_GENES = 1 << 22

/** Reads one whole number of the options. */
function whole(name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number') {
    throw new NeatronError('ARGUMENT_TYPE', `${name} must be a number, but ${typeof value} came`)
  }
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new NeatronError(
      'ARGUMENT_RANGE',
      `${name} must be a whole number from ${least} to ${most}, but ${value} came`,
    )
  }
  return value
}

/** The numbers of the activations to draw from. */
function activationNumbers(names: unknown): number[] {
  if (!Array.isArray(names)) {
    throw new NeatronError('ARGUMENT_TYPE', 'activations must be an array of names')
  }
  return names.map((name) => {
    const number = ACTIVATIONS.indexOf(name)
    if (number < 0) {
      throw new NeatronError(
        'ARGUMENT_RANGE',
        `${String(name)} is no activation; choose from ${ACTIVATIONS.join(', ')}`,
      )
    }
    return number
  })
}

/** Packs a random genome. */
export function packRandom(options: RandomGenomeOptions): Uint32Array {
  if (typeof options !== 'object' || options === null) {
    throw new NeatronError(
      'ARGUMENT_TYPE',
      'expected options such as { inputs: 2, outputs: 1 }, but none came',
    )
  }
  checkOptions('Genome.random', options, KNOWN)
  const inputs = whole('inputs', options.inputs, 1, MOST_GENES)
  const outputs = whole('outputs', options.outputs, 1, MOST_GENES)
  const hidden = whole('hidden', options.hidden ?? 0, 0, MOST_GENES)
  return randomGenome({
    inputs,
    outputs,
    hidden,
    connections: whole('connections', options.connections ?? 3 * (hidden + outputs), 0, MOST_GENES),
    activations: activationNumbers(options.activations ?? []),
    seed: whole(
      'seed',
      options.seed ?? Math.floor(Math.random() * 2 ** 53),
      0,
      Number.MAX_SAFE_INTEGER,
    ),
  })
}
