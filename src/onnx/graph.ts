import { PbfWriter } from 'pbf'
import { ATTRIBUTE_TYPE, DATA_TYPE, FIELD } from './fields.js'

/** The name of a tensor in a graph. */
export type TensorName = string

/** An attribute of a node. */
export type Attribute =
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'ints'; readonly value: readonly number[] }

/** Shorthands for attributes. */
export const float = (value: number): Attribute => ({ type: 'float', value })
export const int = (value: number): Attribute => ({ type: 'int', value })
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value })

/** An input or output of the model; a dimension is a number or the name of a dynamic one. */
interface Port {
  readonly name: TensorName
  readonly type: 'float' | 'int64'
  readonly shape: readonly (number | string)[]
}

interface Node {
  readonly operator: string
  readonly inputs: readonly TensorName[]
  readonly outputs: readonly TensorName[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

interface Constant {
  readonly name: TensorName
  readonly type: 'float' | 'int32' | 'int64'
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** What the model says about itself. */
export interface ModelInfo {
  readonly producerName: string
  readonly producerVersion: string
  readonly graphName: string
  readonly metadata: Readonly<Record<string, string>>
}

/** Opset 17 came with ONNX 1.12, whose intermediate representation has version 8. */
const OPSET = 17
const IR_VERSION = 8

/** Collects the nodes and constants of a graph and writes them as an ONNX model. */
export class Graph {
  readonly #nodes: Node[] = []
  readonly #constants: Constant[] = []
  readonly #inputs: Port[] = []
  readonly #outputs: Port[] = []
  readonly #scalars = new Map<string, TensorName>()
  #names = 0

  /** Declares an input of the model. */
  input(name: TensorName, type: Port['type'], shape: Port['shape']): TensorName {
    this.#inputs.push({ name, type, shape })
    return name
  }

  /** Declares a float output of the model, which some node must name as its output. */
  output(name: TensorName, shape: Port['shape']): void {
    this.#outputs.push({ name, type: 'float', shape })
  }

  /** Adds a constant tensor. */
  constant(
    values: Float32Array | Int32Array | BigInt64Array,
    shape: readonly number[],
  ): TensorName {
    const name = `c${this.#constants.length}`
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    const type =
      values instanceof Float32Array ? 'float' : values instanceof Int32Array ? 'int32' : 'int64'
    this.#constants.push({ name, type, shape, bytes })
    return name
  }

  /** Adds an operator with one output, and returns the output's name. */
  add(
    operator: string,
    inputs: readonly TensorName[],
    attributes: Node['attributes'] = {},
    output: TensorName = this.#name(),
  ): TensorName {
    this.#nodes.push({ operator, inputs, outputs: [output], attributes })
    return output
  }

  /** A float that operators share: a session of fewer constants is made sooner. */
  scalar(value: number, shape: readonly number[] = []): TensorName {
    const key = `${value} ${shape}`
    let name = this.#scalars.get(key)
    if (name === undefined) {
      name = this.constant(Float32Array.of(value), shape)
      this.#scalars.set(key, name)
    }
    return name
  }

  /** Cuts a tensor along an axis into parts of the given widths; a single one is left as it is. */
  split(input: TensorName, widths: readonly number[], axis: number): TensorName[] {
    if (widths.length === 1) return [input]
    const outputs = widths.map(() => this.#name())
    const sizes = this.constant(BigInt64Array.from(widths, BigInt), [widths.length])
    const attributes = { axis: int(axis) }
    this.#nodes.push({ operator: 'Split', inputs: [input, sizes], outputs, attributes })
    return outputs
  }

  /** The first columns of [rows, n], as a tensor of that name. */
  first(input: TensorName, width: number, output: TensorName): void {
    const [from, to, axis] = [0n, BigInt(width), 1n].map((bound) =>
      this.constant(BigInt64Array.of(bound), [1]),
    )
    this.add('Slice', [input, from, to, axis], {}, output)
  }

  /** Puts tensors side by side along an axis; a single one is left as it is. */
  concat(inputs: readonly TensorName[], axis: number): TensorName {
    return inputs.length === 1 ? inputs[0] : this.add('Concat', inputs, { axis: int(axis) })
  }

  /**
   * Adds up `parts` numbers along an axis, one after the other, and drops the axis. A running total
   * is the only sum whose order does not depend on how a runtime goes about it.
   */
  addUp(input: TensorName, axis: number, parts: number): TensorName {
    const [along, last] = [axis, parts - 1].map((at) =>
      this.constant(BigInt64Array.of(BigInt(at)), []),
    )
    const totals = this.add('CumSum', [input, along])
    return this.add('Gather', [totals, last], { axis: int(axis) })
  }

  /** Writes the model. */
  toModel(info: ModelInfo): Uint8Array {
    const constantBytes = this.#constants.reduce((sum, { bytes }) => sum + bytes.length + 64, 0)
    // The writer grows by doubling, which copies; so it starts with what will be needed.
    const writer = new PbfWriter(new Uint8Array(constantBytes + this.#nodes.length * 128 + 4096))
    const { model, opset } = FIELD
    writer.writeVarintField(model.irVersion, IR_VERSION)
    writer.writeStringField(model.producerName, info.producerName)
    writer.writeStringField(model.producerVersion, info.producerVersion)
    writer.writeMessage(model.graph, () => this.#writeGraph(writer, info.graphName), null)
    writer.writeMessage(
      model.opsetImport,
      () => writer.writeVarintField(opset.version, OPSET),
      null,
    )
    for (const [key, value] of Object.entries(info.metadata)) {
      writer.writeMessage(model.metadataProps, () => writeProperty(writer, key, value), null)
    }
    return writer.finish()
  }

  #name(): TensorName {
    this.#names += 1
    return `t${this.#names}`
  }

  #writeGraph(writer: PbfWriter, name: string): void {
    const { graph } = FIELD
    for (const node of this.#nodes) writer.writeMessage(graph.node, writeNode, node)
    writer.writeStringField(graph.name, name)
    for (const constant of this.#constants) {
      writer.writeMessage(graph.initializer, writeConstant, constant)
    }
    for (const port of this.#inputs) writer.writeMessage(graph.input, writePort, port)
    for (const port of this.#outputs) writer.writeMessage(graph.output, writePort, port)
  }
}

function writeProperty(writer: PbfWriter, key: string, value: string): void {
  writer.writeStringField(FIELD.property.key, key)
  writer.writeStringField(FIELD.property.value, value)
}

function writeNode({ operator, inputs, outputs, attributes }: Node, writer: PbfWriter): void {
  const { node } = FIELD
  for (const input of inputs) writer.writeStringField(node.input, input)
  for (const output of outputs) writer.writeStringField(node.output, output)
  writer.writeStringField(node.opType, operator)
  for (const [name, attribute] of Object.entries(attributes)) {
    writer.writeMessage(node.attribute, () => writeAttribute(writer, name, attribute), null)
  }
}

function writeAttribute(writer: PbfWriter, name: string, attribute: Attribute): void {
  const fields = FIELD.attribute
  writer.writeStringField(fields.name, name)
  if (attribute.type === 'float') writer.writeFloatField(fields.float, attribute.value)
  else if (attribute.type === 'int') writer.writeVarintField(fields.int, attribute.value)
  else for (const value of attribute.value) writer.writeVarintField(fields.ints, value)
  writer.writeVarintField(fields.type, ATTRIBUTE_TYPE[attribute.type])
}

function writeConstant({ name, type, shape, bytes }: Constant, writer: PbfWriter): void {
  const { tensor } = FIELD
  for (const size of shape) writer.writeVarintField(tensor.dims, size)
  writer.writeVarintField(tensor.dataType, DATA_TYPE[type])
  writer.writeStringField(tensor.name, name)
  writer.writeBytesField(tensor.rawData, bytes)
}

function writePort({ name, type, shape }: Port, writer: PbfWriter): void {
  writer.writeStringField(FIELD.valueInfo.name, name)
  writer.writeMessage(
    FIELD.valueInfo.type,
    () => writer.writeMessage(FIELD.type.tensor, () => writeTensorType(writer, type, shape), null),
    null,
  )
}

function writeTensorType(writer: PbfWriter, type: Port['type'], dimensions: Port['shape']): void {
  const { tensorType, shape, dimension } = FIELD
  writer.writeVarintField(tensorType.elementType, DATA_TYPE[type])
  const writeDimension = (size: number | string): void => {
    if (typeof size === 'string') writer.writeStringField(dimension.parameter, size)
    else writer.writeVarintField(dimension.value, size)
  }
  writer.writeMessage(
    tensorType.shape,
    () => {
      for (const size of dimensions) {
        writer.writeMessage(shape.dimension, () => writeDimension(size), null)
      }
    },
    null,
  )
}
