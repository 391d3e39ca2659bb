import type { Cancellation } from './cancellation.js'
import type { RowBatch } from './protocol.js'

/** Rows that were asked together: one, or all of a tick. */
export interface Block {
  readonly genome: Uint32Array
  readonly inputs: Float32Array
  readonly outputs: Float32Array
  readonly rows: number
  readonly queuedAt: number
  /** Rows already sent. */
  sent: number
  /** Rows already answered. */
  answered: number
  settled: boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  /** The requests that carry its rows now. */
  readonly inFlight: Set<InFlight>
}

/** Consecutive rows of a block that travel in one request. */
export interface Part {
  readonly block: Block
  readonly from: number
  readonly rows: number
}

/** A request on its way. */
export interface InFlight {
  /** Blocks in it that still want an answer. */
  wanted: number
  readonly cancellation: Cancellation
}

/** The first half of the rows, and the others. */
export function halves(parts: readonly Part[]): [first: Part[], second: Part[]] {
  let rows = 0
  for (const part of parts) rows += part.rows
  const first: Part[] = []
  const second: Part[] = []
  let left = rows >> 1
  for (const { block, from, rows } of parts) {
    const head = Math.min(left, rows)
    if (head > 0) first.push({ block, from, rows: head })
    if (head < rows) second.push({ block, from: from + head, rows: rows - head })
    left -= head
  }
  return [first, second]
}

/** The rows of all parts as one batch: copied together, unless it is one whole block. */
export function gather(parts: readonly Part[]): RowBatch {
  const { block } = parts[0]
  if (parts.length === 1 && parts[0].rows === block.rows) return block
  const size = block.inputs.length / block.rows
  let rows = 0
  for (const part of parts) rows += part.rows
  const batch = { rows, genome: new Uint32Array(rows), inputs: new Float32Array(rows * size) }
  let at = 0
  for (const { block, from, rows: count } of parts) {
    batch.genome.set(block.genome.subarray(from, from + count), at)
    batch.inputs.set(block.inputs.subarray(from * size, (from + count) * size), at * size)
    at += count
  }
  return batch
}

/** Copies the answers to their blocks, and fulfils those that now have all. */
export function scatter(outputs: Float32Array, rows: number, parts: readonly Part[]): void {
  const size = outputs.length / rows
  let at = 0
  for (const { block, from, rows: count } of parts) {
    const answer = count === rows ? outputs : outputs.subarray(at * size, (at + count) * size)
    at += count
    // Whoever was given an error may be using the arrays for something else by now.
    if (block.settled) continue
    block.outputs.set(answer, from * size)
    block.answered += count
    if (block.answered === block.rows) {
      block.settled = true
      block.resolve()
    }
  }
}
