import { PbfWriter } from 'pbf'

/** The fields of a protobuf message: a number, a text, bytes, or a message within. */
export type Fields = readonly (readonly [
  field: number,
  value: number | string | Uint8Array | Fields,
])[]

/** Writes a message, for models that no exporter would make. */
export function encode(fields: Fields): Uint8Array {
  const writer = new PbfWriter()
  for (const [field, value] of fields) {
    if (typeof value === 'number') writer.writeVarintField(field, value)
    else if (typeof value === 'string') writer.writeStringField(field, value)
    else writer.writeBytesField(field, value instanceof Uint8Array ? value : encode(value))
  }
  return writer.finish()
}

/** A model whose graph, and which itself, has these fields. */
export function modelWith(graph: Fields, model: Fields = []): Uint8Array {
  return encode([[1, 8], [7, graph], ...model])
}

/** A node with one attribute of these fields. */
export function nodeWith(attribute: Fields): Fields {
  return [[5, attribute]]
}
