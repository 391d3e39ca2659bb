import type { Model } from '../model.js'
import type { ResolvedOptions } from '../options.js'
import type { TensorSpec } from '../signature.js'

const TYPES = { FP32: 'TYPE_FP32', INT64: 'TYPE_INT64' } as const

/**
 * A model's configuration in the form of Triton's ModelConfig: what came with the model, beneath
 * what this server does. The rows are part of `dims`, so `max_batch_size` is 0.
 */
export function modelConfig(model: Model, { batching, maxQueueDelayUs }: ResolvedOptions) {
  const tensor = ({ name, datatype, shape }: TensorSpec) => ({
    name,
    data_type: TYPES[datatype],
    dims: shape,
  })
  return {
    ...model.config,
    name: model.name,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    version_policy: { specific: { versions: [Number(model.version)] } },
    max_batch_size: 0,
    input: model.signature.inputs.map(tensor),
    output: model.signature.outputs.map(tensor),
    ...(batching && { dynamic_batching: { max_queue_delay_microseconds: maxQueueDelayUs } }),
  }
}
