import { createSession, loadRuntime } from '../../onnx/runtime.js'
import { closedLoop } from '../closed-loop.js'
import type { Contender, ContenderInfo, RowCount } from '../contender.js'
import type { Latencies } from '../latencies.js'
import type { Trace } from '../trace.js'
import { warmUp } from '../warm-up.js'

/** ONNX Runtime in this process, on the exported models: what HTTP adds can be told from it. */
export async function onnxContenders(
  { models, inputs, populationInputs, inputSize, populationSize }: Trace,
  batches: readonly number[],
): Promise<Contender[]> {
  const contenders: Contender[] = []
  if (models.champion) {
    for (const rowsPerCall of [1, ...batches]) {
      const what = {
        name: `onnx-batch-${rowsPerCall}`,
        label: `ONNX Runtime in process, ${rowsPerCall === 1 ? '1 row' : `${rowsPerCall} rows`}`,
        workload: 'champion',
        rowsPerCall,
      } as const
      contenders.push(await onnxContender(what, models.champion, inputs, inputSize))
    }
  }
  if (models.population) {
    const what = {
      name: 'onnx-population',
      label: `ONNX Runtime in process, population of ${populationSize}`,
      workload: 'population',
      rowsPerCall: populationSize,
    } as const
    contenders.push(await onnxContender(what, models.population, populationInputs, inputSize))
  }
  return contenders
}

async function onnxContender(
  what: Pick<ContenderInfo, 'name' | 'label' | 'workload' | 'rowsPerCall'>,
  model: Uint8Array,
  inputs: Float32Array,
  inputSize: number,
): Promise<Contender> {
  const { rowsPerCall } = what
  const session = await createSession(model)
  const { Tensor } = await loadRuntime()
  const width = rowsPerCall * inputSize
  const indices = BigInt64Array.from({ length: rowsPerCall }, (_, row) => BigInt(row))
  const genome = new Tensor('int64', indices, [rowsPerCall])
  const feeds = Array.from({ length: Math.floor(inputs.length / width) }, (_, i) => ({
    inputs: new Tensor('float32', inputs.subarray(i * width, (i + 1) * width), [
      rowsPerCall,
      inputSize,
    ]),
    ...(what.workload === 'population' ? { genome } : {}),
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
    ...what,
    mode: 'in process',
    server: null,
    protocol: null,
    inFlight: 1,
    callsPerSample: 1,
    async prepare(milliseconds: number) {
      await warmUp(milliseconds, async (piece) => {
        const { calls, busyNs } = await closedLoop(1, piece, call, () => {})
        return busyNs / calls
      })
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
