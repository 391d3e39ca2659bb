import { Genome } from '../genome/genome.js'
import { CONNECTION_WORDS, connectionsOffset, HEADER_CONNECTIONS } from '../genome/layout.js'

/** Genomes' words, one genome after the other. */
export function packGenomes(genomes: readonly Genome[]): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(genomes.reduce((sum, { words }) => sum + words.length, 0))
  let at = 0
  for (const { words } of genomes) {
    all.set(words, at)
    at += words.length
  }
  return all
}

/** The genomes that {@link packGenomes} packed. */
export function unpackGenomes(all: Uint32Array): Genome[] {
  const genomes: Genome[] = []
  for (let at = 0; at < all.length; ) {
    const header = all.subarray(at)
    const length = connectionsOffset(header) + header[HEADER_CONNECTIONS] * CONNECTION_WORDS
    genomes.push(Genome.fromWords(all.slice(at, at + length)))
    at += length
  }
  return genomes
}
