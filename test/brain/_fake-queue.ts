import { type BatchSize, FixedBatch } from '#src/brain/batch-size.js'
import type { Cancellation } from '#src/brain/cancellation.js'
import type { RowBatch } from '#src/brain/protocol.js'
import { RowQueue } from '#src/brain/row-queue.js'

/** The answer to a row of two inputs by a genome, as no other row has it. */
export const answerTo = (genome: number, [a, b]: Iterable<number>) => [
  genome * 1000 + a,
  b - genome,
  a * b,
]

/** A queue whose requests are answered by `answerTo`, and a record of the requests. */
export function fakeServer({
  batch = 4,
  batchSize = new FixedBatch(batch) as BatchSize,
  maxDelayMs = 1,
  concurrency = 1,
  before = async (_rows: RowBatch, _cancellation: Cancellation): Promise<void> => undefined,
}) {
  const requests: number[] = []
  let inFlight = 0
  let mostInFlight = 0
  const queue = new RowQueue({
    batchSize,
    maxDelayMs,
    concurrency,
    ask: async (rows, cancellation) => {
      requests.push(rows.rows)
      inFlight += 1
      mostInFlight = Math.max(mostInFlight, inFlight)
      try {
        await before(rows, cancellation)
      } finally {
        inFlight -= 1
      }
      const outputs: number[] = []
      for (let row = 0; row < rows.rows; row++) {
        outputs.push(...answerTo(rows.genome[row], rows.inputs.subarray(row * 2, row * 2 + 2)))
      }
      return Float32Array.from(outputs)
    },
  })
  const infer = async (genome: number, row: number[], signal?: AbortSignal) => {
    const outputs = new Float32Array(3)
    await queue.push(Uint32Array.of(genome), Float32Array.from(row), outputs, 1, false, signal)
    return [...outputs]
  }
  return { queue, requests, infer, mostInFlight: () => mostInFlight }
}
