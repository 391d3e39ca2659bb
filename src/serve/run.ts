import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { OnnxRuntime } from '../onnx/runtime.js'
import type { Job } from './job.js'
import type { Signature, TensorData } from './signature.js'

/** Consecutive rows of a job, for one run. */
export interface Slice {
  readonly job: Job
  readonly from: number
  readonly rows: number
}

/** What a run gave, and when. */
export interface RunResult {
  /** The values of each output for all rows of the run. */
  readonly outputs: readonly Float32Array[]
  /** When ONNX Runtime began, by `performance.now()`. */
  readonly startedAt: number
  /** ONNX Runtime's own work, in milliseconds. */
  readonly inferMs: number
}

/** Runs a session on `rows` rows: `inputs` in the order of the signature. */
export async function run(
  { Tensor }: OnnxRuntime,
  session: InferenceSession,
  { inputs: specs, outputs }: Signature,
  inputs: readonly TensorData[],
  rows: number,
): Promise<RunResult> {
  const feeds: Record<string, Tensor> = {}
  for (let input = 0; input < specs.length; input += 1) {
    const { name, width } = specs[input]
    const data = inputs[input]
    feeds[name] =
      data instanceof Float32Array
        ? new Tensor('float32', data, [rows, width])
        : new Tensor('int64', data, [rows])
  }
  // The binding begins its work in an immediate of its own, right after this one.
  let startedAt = performance.now()
  setImmediate(() => {
    startedAt = performance.now()
  })
  const results = await session.run(feeds)
  const inferMs = performance.now() - startedAt
  return {
    outputs: outputs.map(({ name }) => results[name].data as Float32Array),
    startedAt,
    inferMs,
  }
}

/** The inputs of all slices, one after the other: of the model's inputs one array each. */
export function gather(
  slices: readonly Slice[],
  { inputs }: Signature,
  rows: number,
): readonly TensorData[] {
  const [first] = slices
  // A job that runs alone and whole needs no copy.
  if (slices.length === 1 && first.rows === first.job.rows) return first.job.inputs
  return inputs.map(({ width }, input) => gatherInput(slices, input, width, rows))
}

function gatherInput(
  slices: readonly Slice[],
  input: number,
  width: number,
  rows: number,
): TensorData {
  const floats = slices[0].job.inputs[input] instanceof Float32Array
  const values = floats ? new Float32Array(rows * width) : new BigInt64Array(rows * width)
  let at = 0
  for (const { job, from, rows: count } of slices) {
    const part = job.inputs[input].subarray(from * width, (from + count) * width)
    // All jobs of a model have the same kinds of inputs.
    values.set(part as Float32Array & BigInt64Array, at)
    at += part.length
  }
  return values
}
