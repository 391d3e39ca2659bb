import { readdirSync, readFileSync } from 'node:fs'
import { Genome } from '#src/genome/genome.js'

/** A genome to measure on, with the rows that every contender answers. */
export interface Measured {
  /** The name of its file, such as `120-layered`. */
  name: string
  genome: Genome
  /** Row-major [{@link ROWS} x inputs]. */
  inputs: Float32Array
}

/** Rows of a batch. */
export const ROWS = 64

/** Numbers from -1 to 1, the same in every run (a linear congruential generator will do). */
export function rowsOf(length: number): Float32Array {
  let state = 1
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}

/** The committed genomes of bench/genomes whose names contain `filter`, smallest first. */
export function loadGenomes(filter = ''): Measured[] {
  const folder = new URL('../genomes/', import.meta.url)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file.includes(filter))
    .map((file) => {
      const genome = Genome.fromJSON(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
      return {
        name: file.replace('.json', ''),
        genome,
        inputs: rowsOf(ROWS * genome.inputSize),
      }
    })
    .sort((a, b) => a.genome.connectionCount - b.genome.connectionCount)
}

/**
 * The genome with every third connection between hidden nodes turned round, which closes cycles,
 * marked recurrent.
 */
export function withCycles(genome: Genome): Genome {
  const json = genome.toJSON()
  const hidden = new Set(json.nodes.filter(({ kind }) => kind === 'hidden').map(({ id }) => id))
  const connections = json.connections.map((gene, at) =>
    at % 3 === 0 && hidden.has(gene.from) && hidden.has(gene.to)
      ? { ...gene, from: gene.to, to: gene.from }
      : gene,
  )
  return Genome.fromJSON({ ...json, connections, recurrent: true })
}
