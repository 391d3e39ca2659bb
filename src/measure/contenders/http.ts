import { Connection, type HttpReply } from '../../brain/exchange.js'
import { refused } from '../../brain/exchange-error.js'
import { type Protocol, type RowBatch, serverInferNs } from '../../brain/protocol.js'
import { nowNs, Recorder } from '../../brain/recorder.js'
import { closedLoop } from '../closed-loop.js'
import type { Contender, ContenderInfo, RowCount, Work } from '../contender.js'
import type { Latencies } from '../latencies.js'
import { warmUp } from '../warm-up.js'

/** A server and the model there that answers. */
export interface Target {
  readonly url: string
  readonly token?: string
  readonly model: string
  readonly outputSize: number
  /** Whether the model is a population, and is told the genome of each row. */
  readonly population: boolean
}

const TIMEOUT_MS = 30_000

/**
 * A contender behind HTTP. A call is what a caller pays: writing the request, the exchange, reading
 * and checking the answer. Requests are never made again: a failed one ends the measurement.
 */
export class HttpContender implements Contender {
  readonly name: string
  readonly label: string
  readonly mode: ContenderInfo['mode']
  readonly workload: ContenderInfo['workload']
  readonly server: string | null
  readonly protocol: string | null
  readonly rowsPerCall: number
  readonly inFlight: number
  readonly callsPerSample = 1
  readonly #connection: Connection
  readonly #recorder = new Recorder()
  #next = 0
  #answered = 0

  constructor(
    info: ContenderInfo,
    private readonly target: Target,
    private readonly wire: Protocol,
    private readonly batches: readonly RowBatch[],
  ) {
    this.name = info.name
    this.label = info.label
    this.mode = info.mode
    this.workload = info.workload
    this.server = info.server
    this.protocol = info.protocol
    this.rowsPerCall = info.rowsPerCall
    this.inFlight = info.inFlight
    const { url, token } = target
    this.#connection = new Connection({
      url,
      token,
      connections: info.inFlight,
      timeoutMs: TIMEOUT_MS,
    })
  }

  /** One call with the next batch of the trace. */
  readonly call = (): Promise<Float32Array> => {
    const batch = this.batches[this.#next]
    this.#next = (this.#next + 1) % this.batches.length
    return this.#call(batch)
  }

  async prepare(milliseconds: number): Promise<void> {
    await warmUp(milliseconds, async (piece) => {
      const { calls, busyNs } = await closedLoop(this.inFlight, piece, this.call, () => {})
      return busyNs / calls
    })
  }

  async answer(): Promise<Float32Array> {
    const size = this.batches[0].rows * this.target.outputSize
    const all = new Float32Array(this.batches.length * size)
    let next = 0
    const loop = async () => {
      while (next < this.batches.length) {
        const i = next++
        all.set(await this.#call(this.batches[i]), i * size)
      }
    }
    await Promise.all(Array.from({ length: this.inFlight }, loop))
    return all
  }

  async run(milliseconds: number, latencies: Latencies): Promise<Work> {
    const { calls, busyNs, wallNs } = await closedLoop(
      this.inFlight,
      milliseconds,
      this.call,
      (ns) => latencies.record(ns),
    )
    return { calls, seconds: (this.inFlight === 1 ? busyNs : wallNs) / 1e9 }
  }

  rows(): RowCount {
    const { rows, inferCount } = this.#recorder.stats()
    return { asked: rows, answered: this.#answered, inferCount }
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }

  async #call(batch: RowBatch): Promise<Float32Array> {
    const { model, population, outputSize } = this.target
    const recorder = this.#recorder
    recorder.asked(batch.rows)
    recorder.requested()
    const before = nowNs()
    const request = this.wire.encode(batch, model, population)
    const reply = await this.#connection.exchange(request)
    this.#check(reply)
    const outputs = this.wire.decode(reply, batch.rows, outputSize)
    recorder.answered(batch.rows, nowNs() - before)
    recorder.exchanged(reply.ns, serverInferNs(reply))
    this.#answered += outputs.length / outputSize
    return outputs
  }

  #check(reply: HttpReply): void {
    if (reply.status >= 200 && reply.status < 300) return
    throw refused(this.target.url, this.target.model, reply)
  }
}

/** Cuts rows into batches; where genomes answer in turn, row r of a batch is genome r. */
export function batchesOf(
  inputs: Float32Array,
  inputSize: number,
  rowsPerCall: number,
): readonly RowBatch[] {
  const width = rowsPerCall * inputSize
  const genome = Uint32Array.from({ length: rowsPerCall }, (_, row) => row)
  return Array.from({ length: Math.floor(inputs.length / width) }, (_, i) => ({
    rows: rowsPerCall,
    genome,
    inputs: inputs.subarray(i * width, (i + 1) * width),
  }))
}
