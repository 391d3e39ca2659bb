/**
 * Field numbers of the ONNX messages that neatron writes or reads, from the specification's
 * onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
export const FIELD = {
  model: {
    irVersion: 1,
    producerName: 2,
    producerVersion: 3,
    graph: 7,
    opsetImport: 8,
    metadataProps: 14,
    trainingInfo: 20,
    functions: 25,
  },
  opset: { domain: 1, version: 2 },
  property: { key: 1, value: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12, sparseInitializer: 15 },
  node: { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 },
  attribute: {
    name: 1,
    float: 2,
    int: 3,
    tensor: 5,
    graph: 6,
    ints: 8,
    tensors: 10,
    graphs: 11,
    type: 20,
    sparseTensor: 22,
    sparseTensors: 23,
  },
  tensor: { dims: 1, dataType: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 },
  sparseTensor: { values: 1, indices: 2 },
  function: { node: 7, opsetImport: 9, domain: 10, attribute: 11 },
  valueInfo: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { elementType: 1, shape: 2 },
  shape: { dimension: 1 },
  dimension: { value: 1, parameter: 2 },
} as const

/** `TensorProto.DataType`. */
export const DATA_TYPE = { float: 1, int32: 6, int64: 7, bool: 9 } as const

/** `TensorProto.DataLocation.EXTERNAL`. */
export const TENSOR_EXTERNAL = 1

/** `AttributeProto.AttributeType`. */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 } as const
