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

/** Runs the rows of `slices` together. */
export async function run(
  runtime: OnnxRuntime,
  session: InferenceSession,
  signature: Signature,
  slices: readonly Slice[],
  rows: number,
): Promise<RunResult> {
  const feeds = makeFeeds(runtime, signature, slices, rows)
  // The binding begins its work in an immediate of its own, right after this one.
  let startedAt = 0
  setImmediate(() => {
    startedAt = performance.now()
  })
  const results = await session.run(feeds)
  const inferMs = performance.now() - startedAt
  const outputs = signature.outputs.map(({ name }) => results[name].data as Float32Array)
  return { outputs, startedAt, inferMs }
}

function makeFeeds(
  { Tensor }: OnnxRuntime,
  { inputs }: Signature,
  slices: readonly Slice[],
  rows: number,
): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {}
  const [first] = slices
  // A job that runs alone and whole needs no copy.
  const whole = slices.length === 1 && first.rows === first.job.rows
  for (let input = 0; input < inputs.length; input += 1) {
    const { name, width } = inputs[input]
    const data = whole ? first.job.inputs[input] : gather(slices, input, width, rows)
    feeds[name] =
      data instanceof Float32Array
        ? new Tensor('float32', data, [rows, width])
        : new Tensor('int64', data, [rows])
  }
  return feeds
}

/** Puts the values of one input of all slices one after the other. */
function gather(slices: readonly Slice[], input: number, width: number, rows: number): TensorData {
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
