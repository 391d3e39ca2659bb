import type { Answer } from '../job.js'
import type { Model } from '../model.js'
import type { InferRequest } from './request.js'

/** The body of an infer response, and how long its JSON part is when binary data follows. */
export interface InferResponse {
  readonly body: string | Buffer
  readonly headerLength: number | null
}

/** Writes an answer in the Open Inference Protocol, each output as JSON or as binary data. */
export function writeInferResponse(
  model: Model,
  request: InferRequest,
  answer: Answer,
): InferResponse {
  const blobs: Uint8Array[] = []
  const outputs = request.outputs.map(({ index, binary }) => {
    const spec = model.signature.outputs[index]
    const values = answer.outputs[index]
    const head = `"name":${JSON.stringify(spec.name)},"datatype":"FP32","shape":[${answer.rows},${spec.width}]`
    if (!binary) return `{${head},"data":[${values.join(',')}]}`
    blobs.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    return `{${head},"parameters":{"binary_data_size":${values.byteLength}}}`
  })
  const id = request.id === undefined ? '' : `"id":${JSON.stringify(request.id)},`
  const json = `{${id}"model_name":"${model.name}","model_version":${JSON.stringify(model.version)},"outputs":[${outputs.join(',')}]}`
  if (blobs.length === 0) return { body: json, headerLength: null }
  const header = Buffer.from(json)
  return { body: Buffer.concat([header, ...blobs]), headerLength: header.length }
}
