import { Genome } from '#src/genome/genome.js'
import type { Activation } from '#src/genome/layout.js'

/** One input, one output and a connection: an activation alone. */
export function bareGenome(activation: Activation, { weight = 1, bias = 0 } = {}): Genome {
  return Genome.fromJSON({
    format: 'neatron/genome',
    version: 1,
    inputs: 1,
    outputs: 1,
    nodes: [
      { id: 0, kind: 'input' },
      { id: 1, kind: 'output', activation, bias },
    ],
    connections: [{ innovation: 0, from: 0, to: 1, weight }],
  })
}
