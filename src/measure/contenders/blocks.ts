import { nowNs } from '../../brain/recorder.js'
import { type ClockCost, callsPerSample } from '../clock.js'
import type { Contender, ContenderInfo, RowCount, Work } from '../contender.js'
import type { Latencies } from '../latencies.js'

/** The calls of an in-process contender. */
export interface BlockCalls {
  /**
   * Makes this many calls, going round the trace, and returns a number made of the outputs, so that
   * no compiler may leave the work out. The loop stands in each contender by itself: shared, its
   * calls could not be inlined, and every contender would be slower.
   */
  readonly calls: (count: number) => number
  /** Answers the whole trace once. */
  readonly answer: () => Float32Array
  /** Rows that `answer` answers. */
  readonly traceRows: number
}

/** Calls this short are warm after so long. */
const LONGEST_WARM_UP_MS = 60

const LONGEST_BLOCK_NS = 2e6

/** A contender that answers at once, on this thread: timed in blocks of calls. */
export class BlockContender implements Contender, ContenderInfo {
  readonly name: string
  readonly label: string
  readonly mode: ContenderInfo['mode']
  readonly workload: ContenderInfo['workload']
  readonly server = null
  readonly protocol = null
  readonly rowsPerCall: number
  readonly inFlight = 1
  callsPerSample = 1
  #rows = 0
  /** Kept where it can be seen: what the outputs came to. */
  checksum = 0

  constructor(
    info: Pick<ContenderInfo, 'name' | 'label' | 'mode' | 'workload' | 'rowsPerCall'>,
    private readonly block: BlockCalls,
    private readonly clock: ClockCost,
  ) {
    this.name = info.name
    this.label = info.label
    this.mode = info.mode
    this.workload = info.workload
    this.rowsPerCall = info.rowsPerCall
  }

  async prepare(milliseconds: number): Promise<void> {
    const enough = Math.min(milliseconds, LONGEST_WARM_UP_MS) * 1e6
    const start = nowNs()
    let size = 1
    // The fastest block: whatever interrupts the others is no part of a call.
    let callNs = Number.POSITIVE_INFINITY
    let before = start
    while (before - start < enough) {
      this.#call(size)
      const after = nowNs()
      callNs = Math.min(callNs, (after - before) / size)
      size = Math.min(size * 2, Math.max(1, Math.round(LONGEST_BLOCK_NS / callNs)))
      before = after
    }
    this.callsPerSample = callsPerSample(callNs, this.clock)
  }

  async answer(): Promise<Float32Array> {
    this.#rows += this.block.traceRows
    return this.block.answer()
  }

  async run(milliseconds: number, latencies: Latencies): Promise<Work> {
    const size = this.callsPerSample
    const until = nowNs() + milliseconds * 1e6
    let samples = 0
    let busy = 0
    let now: number
    do {
      const before = nowNs()
      this.#call(size)
      now = nowNs()
      const ns = Math.max(1, now - before - this.clock.overheadNs)
      latencies.record(ns)
      busy += ns
      samples++
    } while (now < until)
    // Signals, timers and sockets have their turn between rounds.
    await new Promise(setImmediate)
    return { calls: samples * size, seconds: busy / 1e9 }
  }

  rows(): RowCount {
    return { asked: this.#rows, answered: this.#rows, inferCount: this.#rows }
  }

  async close(): Promise<void> {
    if (Number.isNaN(this.checksum)) throw new Error(`${this.name} answered NaN`)
  }

  #call(count: number): void {
    this.checksum += this.block.calls(count)
    this.#rows += count * this.rowsPerCall
  }
}
