import { type ErrorCode, NeatronError } from '../errors.js'
import { onAbort } from './abort-listeners.js'
import type { BatchSize } from './batch-size.js'
import { Cancellation } from './cancellation.js'
import type { RowBatch } from './protocol.js'
import { type Block, gather, halves, type InFlight, type Part, scatter } from './row-block.js'

/** What the queue needs to know of the network and of whoever asks it. */
export interface RowQueueOptions {
  /** Rows a request; told how each request fared. */
  readonly batchSize: BatchSize
  /** Milliseconds a row waits at most for others; 0 waits for those of the same turn of the event loop. */
  readonly maxDelayMs: number
  /** Requests in flight at most. */
  readonly concurrency: number
  /** Asks one request; the answer is row-major. */
  readonly ask: (batch: RowBatch, cancellation: Cancellation) => Promise<Float32Array>
}

/**
 * Gathers rows into requests of a given size and scatters the answers. A request leaves when it is
 * full, when its oldest row has waited its time, or at once for rows that know that no others will
 * come; rows of several blocks and genomes share one. Every row is answered or rejected with an
 * error of its own.
 */
export class RowQueue {
  readonly #options: RowQueueOptions
  readonly #blocks: Block[] = []
  readonly #requests = new Set<InFlight>()
  #queuedRows = 0
  /** Of these, the oldest that go even if their request is not full. */
  #dueRows = 0
  #wake: (() => void) | undefined
  #idle: (() => void)[] = []

  constructor(options: RowQueueOptions) {
    this.#options = options
  }

  /**
   * Queues `rows` rows, exactly the length of the arrays, and fulfils when all are answered into
   * `outputs`. The arrays must stay as they are until then. `urgent` rows go at once, and all
   * queued before them, since no more can come before they are answered. When `signal` aborts, the
   * rows are withdrawn and its reason thrown.
   */
  push(
    genome: Uint32Array,
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
    urgent: boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const forget = signal && onAbort(signal, () => this.#withdraw(block, signal.reason))
      const block: Block = {
        genome,
        inputs,
        outputs,
        rows,
        queuedAt: performance.now(),
        sent: 0,
        answered: 0,
        settled: false,
        resolve: () => {
          forget?.()
          resolve()
        },
        reject: (error) => {
          forget?.()
          reject(error)
        },
        inFlight: new Set(),
      }
      this.#blocks.push(block)
      this.#queuedRows += rows
      if (urgent) this.#dueRows = this.#queuedRows
      this.#pump()
    })
  }

  /** Sends what is buffered without waiting for more; fulfils when nothing is queued or in flight. */
  flush(): Promise<void> {
    if (this.#queuedRows === 0 && this.#requests.size === 0) return Promise.resolve()
    this.#dueRows = this.#queuedRows
    const idle = new Promise<void>((resolve) => this.#idle.push(resolve))
    this.#pump()
    return idle
  }

  /** Rejects every row with `reason` and aborts the requests in flight. */
  abort(reason: unknown): void {
    for (const block of [...this.#blocks]) this.#withdraw(block, reason)
    for (const request of this.#requests) request.cancellation.cancel(reason)
  }

  #pump(): void {
    this.#cancelWake()
    while (this.#queuedRows > 0 && this.#requests.size < this.#options.concurrency) {
      const { rows } = this.#options.batchSize
      if (this.#queuedRows < rows && !this.#due()) {
        this.#sleep()
        return
      }
      const parts = this.#take(rows)
      void this.#send(parts)
    }
  }

  /** Whether the oldest row must go even if its request is not full. */
  #due(): boolean {
    if (this.#dueRows > 0) return true
    const waited = performance.now() - this.#blocks[0].queuedAt
    return this.#options.maxDelayMs > 0 && waited >= this.#options.maxDelayMs
  }

  /** Pumps again when the oldest row has waited its time. */
  #sleep(): void {
    const { maxDelayMs } = this.#options
    if (maxDelayMs === 0) {
      const immediate = setImmediate(() => this.#overdue())
      this.#wake = () => clearImmediate(immediate)
      return
    }
    const left = this.#blocks[0].queuedAt + maxDelayMs - performance.now()
    const timer = setTimeout(() => this.#overdue(), Math.max(0, left))
    this.#wake = () => clearTimeout(timer)
  }

  #cancelWake(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  /** What is queued now goes, whatever the clock says: timers may fire a little early. */
  #overdue(): void {
    this.#wake = undefined
    this.#dueRows = this.#queuedRows
    this.#pump()
  }

  /** Takes up to `size` rows off the queue. */
  #take(size: number): Part[] {
    const parts: Part[] = []
    for (let left = size; left > 0 && this.#blocks.length > 0; ) {
      const block = this.#blocks[0]
      const rows = Math.min(left, block.rows - block.sent)
      parts.push({ block, from: block.sent, rows })
      block.sent += rows
      left -= rows
      this.#queuedRows -= rows
      this.#dueRows = Math.max(0, this.#dueRows - rows)
      if (block.sent === block.rows) this.#blocks.shift()
    }
    return parts
  }

  async #send(parts: Part[]): Promise<void> {
    const request: InFlight = { wanted: parts.length, cancellation: new Cancellation() }
    this.#requests.add(request)
    for (const { block } of parts) block.inFlight.add(request)
    await this.#answer(parts, request.cancellation)
    for (const { block } of parts) block.inFlight.delete(request)
    this.#requests.delete(request)
    this.#pump()
    if (this.#queuedRows === 0 && this.#requests.size === 0) {
      for (const resolve of this.#idle.splice(0)) resolve()
    }
  }

  /**
   * Asks for the rows of `parts`. When a request is refused for what may be the fault of a single
   * row, or for its size, its halves are asked apart, so that a bad row fails alone.
   *
   * @returns why the server is gone, if it is
   */
  async #answer(parts: Part[], cancellation: Cancellation): Promise<unknown> {
    const wanted = parts.filter(({ block }) => !block.settled)
    if (wanted.length === 0) return undefined
    const batch = gather(wanted)
    const { batchSize } = this.#options
    const startedAt = performance.now()
    try {
      const outputs = await this.#options.ask(batch, cancellation)
      batchSize.answered(batch.rows, performance.now() - startedAt)
      scatter(outputs, batch.rows, wanted)
      return undefined
    } catch (error) {
      const { code } = error as NeatronError
      const tooLarge = code === 'REQUEST_TOO_LARGE' && batch.rows > 1
      if (tooLarge) batchSize.tooLarge(batch.rows)
      if (tooLarge || (code === 'OUTPUT_NOT_FINITE' && wanted.length > 1)) {
        let gone: unknown
        for (const half of halves(wanted)) {
          if (gone === undefined) gone = await this.#answer(half, cancellation)
          else for (const { block } of half) this.#fail(block, ownError(gone))
        }
        return gone
      }
      for (const { block } of wanted) this.#fail(block, wanted.length > 1 ? ownError(error) : error)
      if (!SERVER_GONE.has(code)) return undefined
      for (const block of [...this.#blocks]) this.#fail(block, ownError(error))
      return error
    }
  }

  /** Rejects a block and takes what is left of it off the queue. */
  #fail(block: Block, error: unknown): void {
    if (block.settled) return
    block.settled = true
    const at = this.#blocks.indexOf(block)
    if (at !== -1) {
      this.#blocks.splice(at, 1)
      this.#queuedRows -= block.rows - block.sent
      this.#dueRows = Math.min(this.#dueRows, this.#queuedRows)
    }
    block.reject(error)
  }

  /** Rejects a block that is no longer wanted; requests that nobody waits for any more are aborted. */
  #withdraw(block: Block, reason: unknown): void {
    this.#fail(block, reason)
    for (const request of block.inFlight) {
      request.wanted -= 1
      if (request.wanted === 0) request.cancellation.cancel(reason)
    }
    block.inFlight.clear()
    if (this.#queuedRows === 0 && this.#requests.size === 0) {
      this.#cancelWake()
      for (const resolve of this.#idle.splice(0)) resolve()
    }
  }
}

/**
 * Failures of the server, not of a request: what waits would fail the same way, each row only after
 * all retries or a timeout of its own, so it is rejected at once.
 */
const SERVER_GONE: ReadonlySet<ErrorCode> = new Set(['SERVER_UNREACHABLE', 'REQUEST_TIMEOUT'])

/** An error for one of several rows that failed together. */
function ownError(error: unknown): unknown {
  if (!(error instanceof NeatronError)) return error
  return new NeatronError(error.code, error.message, { cause: error })
}
