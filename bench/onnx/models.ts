import type { Genome } from '#src/genome/genome.js'
import { exportOnnx, type Rounding } from '#src/onnx/export.js'
import { createSession, loadRuntime } from '#src/onnx/runtime.js'
import { scanModel } from '#src/onnx/scan.js'

/** Rows of a run. */
export const ROWS = [1, 64] as const

/** A genome's model with one of the roundings. */
export interface Exported {
  readonly rounding: Rounding
  /** Whether the export would have chosen this rounding. */
  readonly chosen: boolean
  readonly operators: number
  readonly bytes: number
  /** The largest difference from the native outputs, relative above 1; of native rounding 0. */
  readonly difference: number
  /** Runs as many rows as {@link ROWS} has at `index`. */
  run(index: number): Promise<unknown>
  /** Makes a session, and gives it up. */
  load(): Promise<void>
}

/** The models of both roundings, their outputs verified on the rows of `inputs`. */
export async function exportBoth(genome: Genome, inputs: Float32Array): Promise<Exported[]> {
  const { Tensor } = await loadRuntime()
  const chosen = scanModel(exportOnnx(genome)).metadata.get('rounding')
  const most = ROWS[ROWS.length - 1]
  const network = genome.compile()
  const expected = new Float32Array(most * genome.outputSize)
  network.feedForwardBatch(inputs, expected, most)
  const feeds = ROWS.map((rows) => ({
    inputs: new Tensor('float32', inputs.subarray(0, rows * genome.inputSize), [
      rows,
      genome.inputSize,
    ]),
    ...(genome.recurrent && {
      state: new Tensor('float32', new Float32Array(rows * network.stateSize), [
        rows,
        network.stateSize,
      ]),
    }),
  }))
  const models: Exported[] = []
  for (const rounding of ['standard', 'native'] as const) {
    const model = exportOnnx(genome, { rounding })
    const session = await createSession(model)
    const { outputs } = await session.run(feeds[feeds.length - 1])
    const difference = largest(outputs.data as Float32Array, expected)
    // A wrong model differs by much more than rounding, however steep the genome.
    if (!(difference <= (rounding === 'native' ? 0 : 0.01))) {
      throw new Error(`${rounding} rounding differs from native outputs by ${difference}`)
    }
    models.push({
      rounding,
      chosen: rounding === chosen,
      operators: scanModel(model).nodes,
      bytes: model.length,
      difference,
      run: (index) => session.run(feeds[index]),
      load: async () => (await createSession(model)).release(),
    })
  }
  return models
}

/** The largest difference, relative above 1; infinite where something is not a number. */
function largest(actual: Float32Array, expected: Float32Array): number {
  let difference = 0
  for (const [at, y] of expected.entries()) {
    const own = Math.abs(actual[at] - y) / Math.max(1, Math.abs(y))
    difference = Number.isNaN(own) ? Number.POSITIVE_INFINITY : Math.max(difference, own)
  }
  return difference
}
