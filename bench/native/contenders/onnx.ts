import { exportOnnx } from '#src/onnx/export.js'
import { loadRuntime } from '#src/onnx/runtime.js'
import type { MakeContenders } from '../contender.js'

/** ONNX Runtime in this process, on the exported model, with one thread as all the others. */
export const onnx: MakeContenders = async ({ genome, inputs }, rows) => {
  const { InferenceSession, Tensor } = await loadRuntime()
  const session = await InferenceSession.create(exportOnnx(genome, { rounding: 'standard' }), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  const length = rows * genome.inputSize
  const feeds = {
    inputs: new Tensor('float32', inputs.slice(0, length), [rows, genome.inputSize]),
  }
  const outputs = new Float32Array(rows * genome.outputSize)
  const run = async () => {
    const results = await session.run(feeds)
    outputs.set(results.outputs.data as Float32Array)
  }
  return [{ name: 'onnxruntime-node', run, outputs }]
}
