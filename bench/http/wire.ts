import type { HttpRequest } from '#src/brain/exchange.js'
import type { RowBatch } from '#src/brain/protocol.js'
import type { Genome } from '#src/genome/genome.js'

/** Numbers from -1 to 1, the same in every run (a linear congruential generator will do). */
export function rowsOf(genome: Genome, rows: number): RowBatch {
  let state = 1
  const inputs = Float32Array.from({ length: rows * genome.inputSize }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
  return { rows, genome: new Uint32Array(rows), inputs }
}

/** A request as the bytes that go over the connection, so that no client's own work is measured. */
export function bytesOf({ method, path, body = '', headers = {} }: HttpRequest): Buffer {
  const bytes = Buffer.from(body)
  const lines = Object.entries({ host: 'localhost', ...headers, 'content-length': bytes.length })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n`), bytes])
}

/**
 * Throws unless `answers` are what the genome computes natively for the rows.
 *
 */
export function verify(genome: Genome, { rows, inputs }: RowBatch, answers: Float32Array): void {
  const network = genome.compile()
  const expected = new Float32Array(rows * genome.outputSize)
  network.feedForwardBatch(inputs, expected, rows)
  const wrong = expected.findIndex(
    (y, at) => !(Math.abs(answers[at] - y) <= 1e-5 * Math.max(1, Math.abs(y))),
  )
  if (answers.length !== expected.length || wrong >= 0) {
    throw new Error(`output ${wrong}: expected ${expected[wrong]}, got ${answers[wrong]}`)
  }
}
