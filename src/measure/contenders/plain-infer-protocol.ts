import type { HttpRequest } from '../../brain/exchange.js'
import { InferProtocol } from '../../brain/infer-protocol.js'
import type { RowBatch } from '../../brain/protocol.js'

/** `POST /infer` of a server that has one model, and need not know of names: `{"inputs": [[...]]}`. */
export class PlainInferProtocol extends InferProtocol {
  override encode({ rows, genome, inputs }: RowBatch, _: string, population: boolean): HttpRequest {
    const size = inputs.length / rows
    const list = Array.from(
      { length: rows },
      (_, row) => `[${inputs.subarray(row * size, (row + 1) * size).join(',')}]`,
    )
    const genomes = population ? `"genome":[${genome.join(',')}],` : ''
    return {
      method: 'POST',
      path: '/infer',
      body: `{${genomes}"inputs":[${list.join(',')}]}`,
      headers: { 'content-type': 'application/json' },
    }
  }
}
