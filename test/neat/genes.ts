import { Genome } from '#src/genome/genome.js'

/** A connection gene in short: innovation, from, to, weight, and 'off' if it is disabled. */
export type Gene = [innovation: number, from: number, to: number, weight: number, off?: 'off']

/** A genome of two inputs (0, 1), an output (2), and the hidden nodes that its genes name. */
export function genomeOf(genes: Gene[]): Genome {
  const ids = new Set(genes.flatMap(([, from, to]) => [from, to]).filter((id) => id > 2))
  return Genome.fromJSON({
    format: 'neatron/genome',
    version: 1,
    inputs: 2,
    outputs: 1,
    nodes: [
      { id: 0, kind: 'input' },
      { id: 1, kind: 'input' },
      { id: 2, kind: 'output', activation: 'sigmoid' },
      ...[...ids].sort().map((id) => ({ id, kind: 'hidden', activation: 'tanh' })),
    ],
    connections: genes.map(([innovation, from, to, weight, off]) => ({
      innovation,
      from,
      to,
      weight,
      enabled: off === undefined,
    })),
  })
}

/** The connection genes of a genome, in short. */
export function genesOf(genome: Genome): Gene[] {
  return genome
    .toJSON()
    .connections.map(({ innovation, from, to, weight, enabled }) =>
      enabled === false ? [innovation, from, to, weight, 'off'] : [innovation, from, to, weight],
    )
}

/** A genome of packed words, as NEAT makes it: a way in that the published types leave out. */
export function genomeOfWords(words: Uint32Array): Genome {
  return (Genome as unknown as { fromWords(words: Uint32Array): Genome }).fromWords(words)
}
