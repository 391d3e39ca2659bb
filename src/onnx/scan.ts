import { PbfReader } from 'pbf'
import { FIELD, TENSOR_EXTERNAL } from './fields.js'

/** What there is to know about a model before ONNX Runtime sees it. */
export interface ModelFacts {
  readonly producerName: string
  readonly producerVersion: string
  /** Metadata properties by key. */
  readonly metadata: ReadonlyMap<string, string>
  /** Operator domains imported or used, anywhere; `''` is the standard one. */
  readonly domains: ReadonlySet<string>
  /** Names of tensors whose data lies outside the file, also in subgraphs and attributes. */
  readonly externalTensors: readonly string[]
  /** Nodes in all, subgraphs and functions included. */
  readonly nodes: number
  /** Tensors stored in the model, subgraphs and attributes included. */
  readonly tensors: number
  /** Whether it carries graphs for training. */
  readonly training: boolean
}

/** The bytes are not a model: not protobuf, cut off, or nested beyond reason. */
export class MalformedModel extends Error {
  override readonly name = 'MalformedModel'
}

const WIRE_TYPE = 'a field has an unexpected wire type'

/** Subgraphs within subgraphs; real models have two or three. */
const DEPTH_LIMIT = 16

/**
 * Reads the structure of an ONNX model, and none of its tensors' data.
 *
 * @throws MalformedModel when the bytes cannot be a model.
 */
export function scanModel(bytes: Uint8Array): ModelFacts {
  const scan = new Scan(bytes)
  try {
    scan.model()
  } catch (error) {
    if (error instanceof MalformedModel) throw error
    // The reader's own complaints: a varint too long, a group, text that is not UTF-8.
    throw new MalformedModel((error as Error).message)
  }
  return scan
}

class Scan implements ModelFacts {
  producerName = ''
  producerVersion = ''
  readonly metadata = new Map<string, string>()
  readonly domains = new Set<string>()
  readonly externalTensors: string[] = []
  nodes = 0
  tensors = 0
  training = false
  #graphs = 0
  readonly #reader: PbfReader

  constructor(bytes: Uint8Array) {
    this.#reader = new PbfReader(bytes)
  }

  model(): void {
    const { model } = FIELD
    this.#fields(this.#reader.length, (field) => {
      if (field === model.producerName) this.producerName = this.#text()
      else if (field === model.producerVersion) this.producerVersion = this.#text()
      else if (field === model.graph) this.#graph(0)
      else if (field === model.opsetImport) this.#opset()
      else if (field === model.metadataProps) this.#property()
      else if (field === model.functions) this.#function()
      else if (field === model.trainingInfo) this.training = true
    })
    if (this.#graphs === 0) throw new MalformedModel('it has no graph')
  }

  /**
   * Reads the fields of a message that ends at `end`, and holds every one to that end. What `read`
   * leaves alone is skipped.
   */
  #fields(end: number, read: (field: number) => void): void {
    const reader = this.#reader
    while (reader.pos < end) {
      const tag = reader.readVarint()
      reader.type = tag & 7
      const { pos } = reader
      read(tag >>> 3)
      if (reader.pos === pos) reader.skip(reader.type)
      if (!(reader.pos <= end)) throw new MalformedModel('a field runs past the end of its message')
    }
  }

  /** Reads a nested message. */
  #message(read: (field: number) => void): void {
    this.#fields(this.#end(), read)
  }

  /** Reads a length, and returns where what it measures ends. */
  #end(): number {
    const reader = this.#reader
    if (reader.type !== 2) throw new MalformedModel(WIRE_TYPE)
    const end = reader.readVarint() + reader.pos
    if (!(end <= reader.length)) throw new MalformedModel('it is cut off')
    return end
  }

  /**
   * Reads a number. One of another wire type would be skipped by ONNX Runtime, which then reads
   * other fields than this scan does.
   */
  #number(): number {
    if (this.#reader.type !== 0) throw new MalformedModel(WIRE_TYPE)
    return this.#reader.readVarint()
  }

  #text(): string {
    const reader = this.#reader
    const end = this.#end()
    const text = new TextDecoder().decode(reader.buf.subarray(reader.pos, end))
    reader.pos = end
    return text
  }

  #opset(): void {
    let domain = ''
    this.#message((field) => {
      if (field === FIELD.opset.domain) domain = this.#text()
    })
    this.domains.add(domain)
  }

  #property(): void {
    let key = ''
    let value = ''
    this.#message((field) => {
      if (field === FIELD.property.key) key = this.#text()
      else if (field === FIELD.property.value) value = this.#text()
    })
    this.metadata.set(key, value)
  }

  #graph(depth: number): void {
    if (depth > DEPTH_LIMIT) throw new MalformedModel('its subgraphs are nested too deep')
    this.#graphs += 1
    const { graph } = FIELD
    this.#message((field) => {
      if (field === graph.node) this.#node(depth)
      else if (field === graph.initializer) this.#tensor()
      else if (field === graph.sparseInitializer) this.#sparseTensor()
    })
  }

  #node(depth: number): void {
    this.nodes += 1
    const { node } = FIELD
    let domain = ''
    this.#message((field) => {
      if (field === node.domain) domain = this.#text()
      else if (field === node.attribute) this.#attribute(depth)
    })
    this.domains.add(domain)
  }

  #attribute(depth: number): void {
    const { attribute } = FIELD
    this.#message((field) => {
      if (field === attribute.tensor || field === attribute.tensors) this.#tensor()
      else if (field === attribute.graph || field === attribute.graphs) this.#graph(depth + 1)
      else if (field === attribute.sparseTensor || field === attribute.sparseTensors) {
        this.#sparseTensor()
      }
    })
  }

  #tensor(): void {
    this.tensors += 1
    const { tensor } = FIELD
    let name = ''
    let external = false
    this.#message((field) => {
      if (field === tensor.name) name = this.#text()
      else if (field === tensor.externalData) external = true
      else if (field === tensor.dataLocation)
        external = this.#number() === TENSOR_EXTERNAL || external
    })
    if (external) this.externalTensors.push(name)
  }

  #sparseTensor(): void {
    const { sparseTensor } = FIELD
    this.#message((field) => {
      if (field === sparseTensor.values || field === sparseTensor.indices) this.#tensor()
    })
  }

  #function(): void {
    const { function: fields } = FIELD
    this.#message((field) => {
      if (field === fields.node) this.#node(0)
      else if (field === fields.attribute) this.#attribute(0)
      else if (field === fields.domain) this.domains.add(this.#text())
      else if (field === fields.opsetImport) this.#opset()
    })
  }
}
