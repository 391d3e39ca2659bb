import { describe } from '../describe.js'
import type { HttpReply, HttpRequest } from './exchange.js'
import { invalid } from './exchange-error.js'
import { parseJson, parseJsonText } from './json-reply.js'
import type { Protocol, RowBatch } from './protocol.js'

/** Carries the length of the JSON part in front of the binary tensors, both ways. */
const JSON_LENGTH = 'inference-header-content-length'

interface Tensor {
  name?: unknown
  datatype?: unknown
  shape?: unknown
  data?: unknown
  parameters?: { binary_data_size?: unknown }
}

/**
 * The Open Inference Protocol v2: `POST /v2/models/{model}/infer`. With `binary`, tensors follow
 * the JSON as raw little-endian bytes (Triton's binary tensor data extension); an answer is read
 * either way, as the extension lets the server choose.
 */
export class OipProtocol implements Protocol {
  constructor(
    private readonly url: string,
    private readonly binary: boolean,
  ) {}

  encode(batch: RowBatch, model: string, population: boolean): HttpRequest {
    const path = `/v2/models/${encodeURIComponent(model)}/infer`
    return this.binary ? encodeBinary(path, batch, population) : encodeJson(path, batch, population)
  }

  decode(reply: HttpReply, rows: number, outputSize: number): Float32Array {
    const length = reply.headers[JSON_LENGTH]
    if (length === undefined) return this.#decodeJson(parseJson(reply, this.url), rows, outputSize)
    const jsonBytes = Number(length)
    if (!Number.isInteger(jsonBytes) || jsonBytes < 0 || jsonBytes > reply.body.length) {
      throw invalid(
        this.url,
        `${JSON_LENGTH} within its ${reply.body.length} bytes`,
        String(length),
      )
    }
    const json = parseJsonText(reply.body.toString('utf8', 0, jsonBytes), this.url)
    return this.#decodeBinary(json, reply.body.subarray(jsonBytes), rows, outputSize)
  }

  #decodeJson(json: Record<string, unknown>, rows: number, outputSize: number): Float32Array {
    const tensor = outputTensors(json).find(({ name }) => name === 'outputs')
    const count = this.#checkShape(tensor, rows, outputSize)
    const data: unknown = tensor?.data
    // Servers may nest the data as its shape says.
    const flat: unknown[] = Array.isArray(data) ? data.flat() : []
    if (flat.length !== count) throw invalid(this.url, `${count} numbers in "data"`, describe(data))
    const answer = new Float32Array(count)
    for (let i = 0; i < count; i++) {
      answer[i] = flat[i] as number
      if (typeof flat[i] !== 'number' || !Number.isFinite(answer[i])) {
        throw invalid(this.url, 'finite numbers in "data"', describe(flat[i]))
      }
    }
    return answer
  }

  #decodeBinary(
    json: Record<string, unknown>,
    bytes: Buffer,
    rows: number,
    outputSize: number,
  ): Float32Array {
    let offset = 0
    for (const tensor of outputTensors(json)) {
      const size = tensor.parameters?.binary_data_size
      if (size === undefined) {
        if (tensor.name === 'outputs') return this.#decodeJson(json, rows, outputSize)
        continue
      }
      if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) {
        throw invalid(this.url, 'binary tensors of whole numbers of bytes', describe(size))
      }
      if (tensor.name !== 'outputs') {
        offset += size
        continue
      }
      const count = this.#checkShape(tensor, rows, outputSize)
      if (size !== count * 4 || bytes.length < offset + size) {
        throw invalid(
          this.url,
          `${count * 4} bytes of outputs`,
          `${describe(size)} announced and ${bytes.length - offset} left`,
        )
      }
      const answer = new Float32Array(count)
      new Uint8Array(answer.buffer).set(bytes.subarray(offset, offset + size))
      const wrong = answer.find((value) => !Number.isFinite(value))
      if (wrong !== undefined) throw invalid(this.url, 'finite numbers', String(wrong))
      return answer
    }
    throw invalid(this.url, 'a tensor named "outputs"', describe(json.outputs))
  }

  /** Numbers that the tensor of outputs must hold. */
  #checkShape(tensor: Tensor | undefined, rows: number, outputSize: number): number {
    const shape = tensor?.shape
    const right =
      Array.isArray(shape) && shape.length === 2 && shape[0] === rows && shape[1] === outputSize
    if (!right || tensor?.datatype !== 'FP32') {
      throw invalid(
        this.url,
        `a tensor "outputs" of FP32 and shape [${rows}, ${outputSize}]`,
        tensor === undefined
          ? 'none'
          : `${describe(tensor.datatype)} of shape ${JSON.stringify(shape)}`,
      )
    }
    return rows * outputSize
  }
}

function outputTensors(json: Record<string, unknown>): Tensor[] {
  return Array.isArray(json.outputs)
    ? json.outputs.filter((tensor) => tensor instanceof Object)
    : []
}

function encodeJson(
  path: string,
  { rows, genome, inputs }: RowBatch,
  population: boolean,
): HttpRequest {
  const size = inputs.length / rows
  let body = `{"inputs":[{"name":"inputs","datatype":"FP32","shape":[${rows},${size}],"data":[${inputs.join(',')}]}`
  if (population) {
    body += `,{"name":"genome","datatype":"INT64","shape":[${rows}],"data":[${genome.join(',')}]}`
  }
  body += '],"outputs":[{"name":"outputs"}]}'
  return { method: 'POST', path, body, headers: { 'content-type': 'application/json' } }
}

function encodeBinary(
  path: string,
  { rows, genome, inputs }: RowBatch,
  population: boolean,
): HttpRequest {
  const size = inputs.length / rows
  let json = `{"inputs":[{"name":"inputs","datatype":"FP32","shape":[${rows},${size}],"parameters":{"binary_data_size":${inputs.byteLength}}}`
  if (population) {
    json += `,{"name":"genome","datatype":"INT64","shape":[${rows}],"parameters":{"binary_data_size":${rows * 8}}}`
  }
  json += '],"outputs":[{"name":"outputs","parameters":{"binary_data":true}}]}'
  // The JSON is ASCII, so its length is its bytes.
  const bytes = Buffer.allocUnsafe(json.length + inputs.byteLength + (population ? rows * 8 : 0))
  bytes.write(json, 0, 'latin1')
  bytes.set(new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength), json.length)
  if (population) {
    let at = json.length + inputs.byteLength
    for (let row = 0; row < rows; row++) {
      at = bytes.writeUInt32LE(genome[row], at)
      at = bytes.writeUInt32LE(0, at)
    }
  }
  const headers = { 'content-type': 'application/octet-stream', [JSON_LENGTH]: String(json.length) }
  return { method: 'POST', path, body: bytes, headers }
}
