import { describe } from '../../describe.js'
import { HttpError } from '../http-error.js'
import { asObject, type JsonObject, readObject } from '../json-object.js'
import { checkFinite, checkGenomes } from '../rows.js'
import { BYTES, type Signature, type TensorData, type TensorSpec } from '../signature.js'

/** An inference request of the Open Inference Protocol, read and checked. */
export interface InferRequest {
  readonly id: string | undefined
  /** Values of each input in the order of the model's signature. */
  readonly inputs: readonly TensorData[]
  readonly rows: number
  /** The outputs asked for, in the order of the request; all of them when none is named. */
  readonly outputs: readonly { readonly index: number; readonly binary: boolean }[]
}

/**
 * Reads the body of an infer request: JSON, or JSON of `headerLength` bytes followed by the data
 * of the tensors that carry `binary_data_size` (Triton's binary tensor data extension).
 *
 * @throws HttpError with what was expected and what came.
 */
export function readInferRequest(
  body: Buffer | undefined,
  headerLength: string | undefined,
  signature: Signature,
): InferRequest {
  const [json, binary] = splitBody(body, headerLength)
  const request = readObject(json)
  const tensors = readList(request.inputs, 'inputs')
  const data = new BinaryData(binary)
  const found = new Map<string, { values: TensorData; rows: number }>()
  for (const tensor of tensors) {
    const spec = findSpec(tensor.name, signature.inputs, 'input')
    if (found.has(spec.name)) throw invalid(`Input ${spec.name} is given twice.`)
    found.set(spec.name, readTensor(tensor, spec, data))
  }
  data.finish()
  const { inputs, rows } = arrange(found, signature)
  if (signature.genomeInput >= 0) {
    checkGenomes(inputs[signature.genomeInput] as BigInt64Array, signature)
  }
  return { id: readId(request.id), inputs, rows, outputs: readOutputs(request, signature) }
}

function splitBody(body: Buffer | undefined, headerLength: string | undefined): [Buffer, Buffer] {
  const bytes = body ?? Buffer.alloc(0)
  if (headerLength === undefined) return [bytes, bytes.subarray(bytes.length)]
  const length = Number(headerLength)
  if (!/^\d{1,15}$/.test(headerLength) || length > bytes.length) {
    throw invalid(
      `Inference-Header-Content-Length: expected a number of bytes up to the body's ${bytes.length}, got ${describe(headerLength)}.`,
    )
  }
  return [bytes.subarray(0, length), bytes.subarray(length)]
}

/** The bytes after the JSON, taken by the tensors in their order. */
class BinaryData {
  #taken = 0

  constructor(private readonly bytes: Buffer) {}

  take(size: number, name: string): Buffer {
    const left = this.bytes.length - this.#taken
    if (size > left) {
      throw invalid(`Input ${name}: binary_data_size is ${size}, but ${left} bytes are left.`)
    }
    this.#taken += size
    return this.bytes.subarray(this.#taken - size, this.#taken)
  }

  finish(): void {
    const left = this.bytes.length - this.#taken
    if (left > 0) throw invalid(`${left} bytes of binary data belong to no input.`)
  }
}

function readTensor(
  tensor: JsonObject,
  spec: TensorSpec,
  binary: BinaryData,
): { values: TensorData; rows: number } {
  const { name, datatype, width } = spec
  if (tensor.datatype !== datatype) {
    const message = `Input ${name}: expected datatype ${datatype}, got ${describe(tensor.datatype)}.`
    throw new HttpError('DATATYPE', message)
  }
  const rows = readShape(tensor.shape, spec)
  const size = parameters(tensor, `input ${name}`).binary_data_size
  const values =
    size === undefined
      ? readData(tensor.data, rows * width, spec)
      : readBinary(size, rows * width, spec, tensor, binary)
  if (values instanceof Float32Array) checkFinite(values, name)
  return { values, rows }
}

function readShape(value: unknown, { name, shape, width }: TensorSpec): number {
  const expected = shape.length === 1 ? '[rows]' : `[rows, ${width}]`
  const fits =
    Array.isArray(value) &&
    // An index for each row may also come as a column.
    (value.length === shape.length || (width === 1 && value.length === 2)) &&
    Number.isInteger(value[0]) &&
    value[0] >= 1 &&
    (value.length === 1 || value[1] === width)
  if (fits) return value[0] as number
  const got = Array.isArray(value)
    ? `[${value.slice(0, 8).map(describe).join(',')}]`
    : describe(value)
  throw new HttpError('INPUT_LENGTH', `Input ${name}: expected shape ${expected}, got ${got}.`)
}

function readBinary(
  size: unknown,
  count: number,
  { name, datatype }: TensorSpec,
  tensor: JsonObject,
  binary: BinaryData,
): TensorData {
  const expected = count * BYTES[datatype]
  if (size !== expected) {
    const message = `Input ${name}: its shape needs binary_data_size ${expected}, got ${describe(size)}.`
    throw new HttpError('INPUT_LENGTH', message)
  }
  if (tensor.data !== undefined) throw invalid(`Input ${name} has both data and binary data.`)
  // Copied, since the values must lie at a multiple of their size.
  const bytes = Uint8Array.from(binary.take(expected, name))
  return datatype === 'FP32' ? new Float32Array(bytes.buffer) : new BigInt64Array(bytes.buffer)
}

/** Reads numbers, flat or nested in row-major order, as the protocol allows both. */
function readData(value: unknown, count: number, spec: TensorSpec): TensorData {
  const { name, datatype } = spec
  if (!Array.isArray(value)) {
    throw invalid(`Input ${name}: expected data to be an array, got ${describe(value)}.`)
  }
  const flat = Array.isArray(value[0]) ? value.flat(1) : value
  if (flat.length !== count) {
    const message = `Input ${name}: its shape needs ${count} values, got ${flat.length}.`
    throw new HttpError('INPUT_LENGTH', message)
  }
  const ok = datatype === 'FP32' ? isNumber : Number.isSafeInteger
  const bad = flat.findIndex((element) => !ok(element))
  if (bad >= 0) {
    const kind = datatype === 'FP32' ? 'a number' : 'a whole number'
    throw invalid(`Input ${name}, element ${bad}: expected ${kind}, got ${describe(flat[bad])}.`)
  }
  return datatype === 'FP32' ? Float32Array.from(flat) : BigInt64Array.from(flat, BigInt)
}

const isNumber = (value: unknown): value is number => typeof value === 'number'

function arrange(
  found: ReadonlyMap<string, { values: TensorData; rows: number }>,
  signature: Signature,
): { inputs: TensorData[]; rows: number } {
  const inputs: TensorData[] = []
  let rows: number | undefined
  for (const { name } of signature.inputs) {
    const tensor = found.get(name)
    if (tensor === undefined) {
      const names = signature.inputs.map((input) => input.name).join(', ')
      throw invalid(`Input ${name} is missing; the model takes ${names}.`)
    }
    rows ??= tensor.rows
    if (tensor.rows !== rows) {
      const message = `Input ${name}: expected ${rows} rows as in the other inputs, got ${tensor.rows}.`
      throw new HttpError('INPUT_LENGTH', message)
    }
    inputs.push(tensor.values)
  }
  return { inputs, rows: rows! }
}

function readOutputs(request: JsonObject, { outputs }: Signature): InferRequest['outputs'] {
  const binaryByDefault = parameters(request, 'the request').binary_data_output === true
  if (request.outputs === undefined) {
    return outputs.map((_, index) => ({ index, binary: binaryByDefault }))
  }
  const seen = new Set<string>()
  return readList(request.outputs, 'outputs').map((asked) => {
    const spec = findSpec(asked.name, outputs, 'output')
    // A short request could otherwise ask for an answer without end.
    if (seen.has(spec.name)) throw invalid(`Output ${spec.name} is asked for twice.`)
    seen.add(spec.name)
    const { binary_data, classification } = parameters(asked, `output ${spec.name}`)
    if (classification !== undefined) throw invalid('Classification is not offered.')
    return { index: outputs.indexOf(spec), binary: (binary_data ?? binaryByDefault) === true }
  })
}

function findSpec(name: unknown, specs: readonly TensorSpec[], role: string): TensorSpec {
  const spec = specs.find((candidate) => candidate.name === name)
  if (spec !== undefined) return spec
  const names = specs.map((candidate) => candidate.name).join(', ')
  throw invalid(`There is no ${role} ${describe(name)}; the model has ${names}.`)
}

function readList(value: unknown, name: string): JsonObject[] {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((element, index) => asObject(element, `${name}[${index}]`))
  }
  throw invalid(`${name}: expected an array of at least one tensor, got ${describe(value)}.`)
}

function parameters(of: JsonObject, place: string): JsonObject {
  return of.parameters === undefined ? {} : asObject(of.parameters, `the parameters of ${place}`)
}

function readId(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`id: expected a string, got ${describe(value)}.`)
}

function invalid(message: string): HttpError {
  return new HttpError('BODY_INVALID', message)
}
