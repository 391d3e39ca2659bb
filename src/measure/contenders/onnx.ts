import type { Genome } from '../../genome/genome.js'
import { exportOnnx } from '../../onnx/export.js'
import { createSession, loadRuntime } from '../../onnx/runtime.js'
import { closedLoop } from '../closed-loop.js'
import type { Contender, RowCount } from '../contender.js'
import type { Latencies } from '../latencies.js'

/** ONNX Runtime in this process, on the exported champion: what HTTP adds can be told from it. */
export async function onnxContender(
  genome: Genome,
  inputs: Float32Array,
  rowsPerCall: number,
): Promise<Contender> {
  const session = await createSession(exportOnnx(genome, { rounding: 'standard' }))
  const { Tensor } = await loadRuntime()
  const width = rowsPerCall * genome.inputSize
  const feeds = Array.from({ length: Math.floor(inputs.length / width) }, (_, i) => ({
    inputs: new Tensor('float32', inputs.subarray(i * width, (i + 1) * width), [
      rowsPerCall,
      genome.inputSize,
    ]),
  }))
  let next = 0
  let rows = 0
  const call = async (): Promise<Float32Array> => {
    const { outputs } = await session.run(feeds[next])
    next = (next + 1) % feeds.length
    rows += outputs.dims[0]
    return outputs.data as Float32Array
  }
  return {
    name: `onnx-batch-${rowsPerCall}`,
    label: `ONNX Runtime in process, ${rowsPerCall === 1 ? '1 row' : `${rowsPerCall} rows`}`,
    mode: 'in process',
    workload: 'champion',
    server: null,
    protocol: null,
    rowsPerCall,
    inFlight: 1,
    callsPerSample: 1,
    async prepare(milliseconds: number) {
      await closedLoop(1, milliseconds, call, () => {})
    },
    async answer() {
      next = 0
      const answers: number[] = []
      for (let i = 0; i < feeds.length; i++) answers.push(...(await call()))
      return Float32Array.from(answers)
    },
    async run(milliseconds: number, latencies: Latencies) {
      const { calls, busyNs } = await closedLoop(1, milliseconds, call, (ns) =>
        latencies.record(ns),
      )
      return { calls, seconds: busyNs / 1e9 }
    },
    rows: (): RowCount => ({ asked: rows, answered: rows, inferCount: rows }),
    async close() {
      await session.release()
    },
  }
}
