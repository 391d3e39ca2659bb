import { NeatronError } from '../errors.js'
import { genomeFromJson, genomeToJson } from '../native/addon.js'
import type { Activation, NodeKind } from './layout.js'

/** A node gene in the JSON format. */
export interface NodeJSON {
  /** Unsigned 32-bit, unique in the genome. */
  id: number
  kind: NodeKind
  /** Applied to bias + sum. Inputs have none. */
  activation?: Activation
  /** Finite; 0 if absent. Inputs have none. */
  bias?: number
}

/** A connection gene in the JSON format. */
export interface ConnectionJSON {
  /** Unsigned 32-bit, unique in the genome: the gene's historical marking. */
  innovation: number
  /** Id of the source node. */
  from: number
  /** Id of the target node. */
  to: number
  /** Finite. */
  weight: number
  /** A disabled connection carries nothing; true if absent. */
  enabled?: boolean
}

/** A genome in the JSON format, version 1. Inputs and outputs keep the order of `nodes`. */
export interface GenomeJSON {
  format: 'neatron/genome'
  version: 1
  inputs: number
  outputs: number
  nodes: NodeJSON[]
  connections: ConnectionJSON[]
  /** Marks a recurrent genome. */
  recurrent?: boolean
}

/** Refuses what JSON would silently turn into null, with the gene that holds it. */
function refuseNotFinite(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    const gene = this as { innovation?: unknown; id?: unknown }
    const holder =
      gene.innovation !== undefined
        ? ` of connection ${gene.innovation}`
        : gene.id !== undefined
          ? ` of node ${gene.id}`
          : ''
    throw new NeatronError(
      'GENOME_NOT_FINITE',
      `${key}${holder} is ${value}; every number of a genome must be finite`,
    )
  }
  return value
}

/** Packs the genome that a JSON value describes. */
export function packJSON(value: unknown): Uint32Array {
  if (typeof value === 'string') {
    throw new NeatronError(
      'GENOME_FORMAT',
      'expected a genome as a JSON value, but a string came; pass JSON.parse(text)',
    )
  }
  let text: string | undefined
  try {
    text = JSON.stringify(value, refuseNotFinite)
  } catch (cause) {
    if (cause instanceof NeatronError) throw cause
    throw new NeatronError(
      'GENOME_FORMAT',
      `expected a genome as a JSON value, but this is none: ${String(cause)}`,
      { cause },
    )
  }
  if (text === undefined) {
    throw new NeatronError(
      'GENOME_FORMAT',
      `expected a genome as a JSON value, but ${typeof value} came`,
    )
  }
  return genomeFromJson(text)
}

/** The JSON value of a packed genome. */
export function unpackJSON(words: Uint32Array): GenomeJSON {
  return JSON.parse(genomeToJson(words)) as GenomeJSON
}
