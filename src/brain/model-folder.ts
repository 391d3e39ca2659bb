import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWholeFile } from '../whole-file.js'

/** A model of a server's model repository, and what its rows look like. */
export interface RepositoryModel {
  readonly name: string
  /** ONNX. */
  readonly bytes: Uint8Array
  readonly inputSize: number
  readonly outputSize: number
  /** Whether it is a population, which takes the genome of each row as a second input. */
  readonly population: boolean
  /** Numbers of the state of a recurrent network whose model takes and gives it by itself. */
  readonly stateSize?: number
}

/**
 * Whether a model of this name gets a folder of its own in a repository: `..`, or a name with a
 * slash, would have other folders written to, and removed at the end.
 */
export function isFolderName(name: string): boolean {
  return /^[\w-][\w.-]{0,127}$/.test(name)
}

/**
 * Writes the folder of a model into a model repository, each file replaced whole:
 * `NAME/1/model.onnx`, described by `config.pbtxt` for Triton and by `model-settings.json` for
 * MLServer (whose runtime for ONNX is named by `MLSERVER_MODEL_IMPLEMENTATION`).
 */
export async function writeModelFolder(repository: string, model: RepositoryModel): Promise<void> {
  const folder = join(repository, model.name)
  await mkdir(join(folder, '1'), { recursive: true })
  await writeWholeFile(join(folder, '1', 'model.onnx'), model.bytes)
  await writeWholeFile(join(folder, 'config.pbtxt'), tritonConfigText(model))
  const { input, output } = tritonConfig(model)
  const settings = {
    name: model.name,
    inputs: input.map(tensorMetadata),
    outputs: output.map(tensorMetadata),
    parameters: { uri: './1/model.onnx', version: '1' },
  }
  await writeWholeFile(
    join(folder, 'model-settings.json'),
    `${JSON.stringify(settings, null, 2)}\n`,
  )
}

/** As the Open Inference Protocol describes a tensor: clients learn from it how long a row is. */
function tensorMetadata({ name, data_type, dims }: TritonTensor) {
  return { name, datatype: data_type.replace('TYPE_', ''), shape: dims }
}

/** A tensor in Triton's model configuration. */
interface TritonTensor {
  readonly name: string
  readonly data_type: string
  readonly dims: readonly number[]
}

/** Triton's model configuration; 0 as batch size says that the shapes are whole. */
export function tritonConfig(model: RepositoryModel) {
  const { name, inputSize, outputSize, population, stateSize } = model
  const floats = (tensor: string, size: number): TritonTensor => ({
    name: tensor,
    data_type: 'TYPE_FP32',
    dims: [-1, size],
  })
  const input = [floats('inputs', inputSize)]
  const output = [floats('outputs', outputSize)]
  if (population) input.push({ name: 'genome', data_type: 'TYPE_INT64', dims: [-1] })
  if (stateSize !== undefined) {
    input.push(floats('state', stateSize))
    output.push(floats('state_out', stateSize))
  }
  return { name, backend: 'onnxruntime', max_batch_size: 0, input, output }
}

/** The same in protobuf's text format, as a model repository holds it. */
function tritonConfigText(model: RepositoryModel): string {
  const { name, backend, max_batch_size, input, output } = tritonConfig(model)
  const tensors = (list: readonly TritonTensor[]) =>
    list
      .map(
        (t) => `  { name: "${t.name}" data_type: ${t.data_type} dims: [ ${t.dims.join(', ')} ] }`,
      )
      .join(',\n')
  return `name: "${name}"
backend: "${backend}"
max_batch_size: ${max_batch_size}
input [
${tensors(input)}
]
output [
${tensors(output)}
]
`
}
