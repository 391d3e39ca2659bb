import { describe } from '../describe.js'
import type { HttpReply, HttpRequest } from './exchange.js'
import { invalid } from './exchange-error.js'
import { parseJson } from './json-reply.js'
import type { Protocol, RowBatch } from './protocol.js'

const HEADERS = { 'content-type': 'application/json' }

/** `POST /infer`: rows as JSON arrays, one array a row. */
export class InferProtocol implements Protocol {
  constructor(private readonly url: string) {}

  encode({ rows, genome, inputs }: RowBatch, model: string, population: boolean): HttpRequest {
    const size = inputs.length / rows
    let body = `{"model":${JSON.stringify(model)},`
    if (population) body += `"genome":[${genome.join(',')}],`
    body += '"inputs":['
    for (let row = 0; row < rows; row++) {
      const values = rows === 1 ? inputs : inputs.subarray(row * size, (row + 1) * size)
      body += `${row === 0 ? '[' : ',['}${values.join(',')}]`
    }
    return { method: 'POST', path: '/infer', body: `${body}]}`, headers: HEADERS }
  }

  decode(reply: HttpReply, rows: number, size: number): Float32Array {
    const { outputs } = parseJson(reply, this.url) as { outputs?: unknown }
    if (!Array.isArray(outputs) || outputs.length !== rows) {
      throw invalid(this.url, `"outputs" of ${rows} rows`, describe(outputs))
    }
    const answer = new Float32Array(rows * size)
    for (let row = 0, at = 0; row < rows; row++) {
      const values: unknown = outputs[row]
      if (!Array.isArray(values) || values.length !== size) {
        throw invalid(this.url, `${size} outputs in row ${row}`, describe(values))
      }
      for (const value of values) {
        answer[at] = value
        if (typeof value !== 'number' || !Number.isFinite(answer[at])) {
          throw invalid(this.url, `finite numbers in row ${row}`, describe(value))
        }
        at += 1
      }
    }
    return answer
  }
}
