import { Genome } from '../genome/genome.js'
import {
  HEADER_INPUTS,
  HEADER_OUTPUTS,
  KIND_HIDDEN,
  KIND_INPUT,
  KIND_OUTPUT,
} from '../genome/layout.js'
import type { Config } from './config.js'
import { activationNumber, Draft } from './draft.js'
import { Innovations } from './innovation.js'
import { PURPOSE, Random } from './random.js'

/** The first generation, and the numbering that goes on from it. */
export interface Initial {
  readonly genomes: Genome[]
  readonly innovations: Innovations
}

/**
 * Makes the first generation: no hidden nodes, connected as `config.initialTopology` says, weights
 * at random. Node ids: inputs, then outputs, then the bias unit.
 */
export function initialPopulation(
  inputs: number,
  outputs: number,
  config: Config,
  seed: number,
): Initial {
  const bias = config.bias === 'unit' ? 1 : 0
  const innovations = new Innovations(0, inputs + outputs + bias)
  const draft = new Draft()
  const genomes = Array.from({ length: config.population }, (_, index) => {
    const random = new Random(seed, PURPOSE.initial, 0, index)
    draft.begin(inputs, outputs, config.recurrent)
    for (let i = 0; i < inputs; i++) draft.addNode(i, KIND_INPUT, IDENTITY, 0)
    for (let o = 0; o < outputs; o++) {
      draft.addNode(inputs + o, KIND_OUTPUT, activationNumber(config.outputActivation), 0)
    }
    if (bias) draft.addNode(inputs + outputs, KIND_HIDDEN, IDENTITY, 1)
    connect(draft, config, innovations, random)
    return Genome.fromWords(draft.toWords())
  })
  innovations.nextGeneration()
  return { genomes, innovations }
}

const IDENTITY = activationNumber('identity')

function connect(draft: Draft, config: Config, innovations: Innovations, random: Random): void {
  if (config.initialTopology === 'none') return
  const inputs = draft.words[HEADER_INPUTS]
  const outputs = draft.words[HEADER_OUTPUTS]
  const { weightRange } = config
  const add = (from: number, to: number) =>
    draft.addConnection(
      innovations.connection(from, to),
      from,
      to,
      random.uniform(-weightRange, weightRange),
    )
  for (let to = inputs; to < inputs + outputs; to++) {
    if (config.initialTopology === 'minimal') {
      add(random.below(inputs), to)
    } else {
      for (let from = 0; from < inputs; from++) add(from, to)
      if (config.bias === 'unit') add(inputs + outputs, to)
    }
  }
}
