import { randomBytes } from 'node:crypto'
import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import { exportOnnx, exportSteps } from '../onnx/export.js'
import { onAbort, unlessAborted } from './abort-listeners.js'
import { AdaptiveBatch } from './adaptive-batch.js'
import { FixedBatch } from './batch-size.js'
import { takesBinaryTensors } from './binary-extension.js'
import { Cancellation } from './cancellation.js'
import { ClientStates } from './client-states.js'
import { Connection, type Exchange, type HttpReply, type HttpRequest } from './exchange.js'
import { refused } from './exchange-error.js'
import { InferProtocol } from './infer-protocol.js'
import {
  checkedRow,
  checkFinite,
  checkGenome,
  closed,
  type Inference,
  notLoaded,
  type RowShape,
  rowShape,
} from './inference.js'
import { InlineDelivery, type ModelDelivery, RepositoryDelivery } from './model-delivery.js'
import type { RepositoryModel } from './model-folder.js'
import { modelMetadata } from './model-metadata.js'
import { OipProtocol } from './oip-protocol.js'
import { type Protocol, type RowBatch, serverInferNs } from './protocol.js'
import { nowNs, type Recorder } from './recorder.js'
import type { ResolvedRemoteOptions } from './remote-options.js'
import { withRetry } from './retry.js'
import { RowQueue } from './row-queue.js'
import { ServerReturn } from './server-return.js'

/** Inference by a server over HTTP: a call is one request. */
export class Remote implements Inference {
  readonly #options: ResolvedRemoteOptions
  readonly #recorder: Recorder
  readonly #connection: Connection
  readonly #delivery: ModelDelivery
  readonly #queue: RowQueue
  readonly #serverReturn: ServerReturn
  readonly #name: string
  /** Ends loading, and learning of a model, when the brain is closed or its signal aborts. */
  readonly #loading = new Cancellation()
  #protocol: Protocol | undefined
  /** What was loaded, to load it again or take it away. */
  #model: RepositoryModel | undefined
  #population = false
  #shape: RowShape | undefined
  /** Numbers that the server answers a row with: more than the outputs for recurrent genomes. */
  #answerSize = 0
  #states: ClientStates | undefined
  #attaching: Promise<RowShape> | undefined
  #forgetSignal: (() => void) | undefined
  #closed = false

  constructor(options: ResolvedRemoteOptions, recorder: Recorder) {
    const { url, batch, maxDelayMs, concurrency, timeoutMs, token, modelRepository, signal } =
      options
    this.#options = options
    // Unique, so that brains that share a server do not replace each other's populations.
    this.#name = options.model ?? `neatron-${randomBytes(8).toString('hex')}`
    this.#recorder = recorder
    this.#connection = new Connection({ url, connections: concurrency, timeoutMs, token })
    const { exchange } = this.#connection
    this.#delivery =
      modelRepository === undefined
        ? new InlineDelivery(exchange, url)
        : new RepositoryDelivery(exchange, url, modelRepository)
    this.#serverReturn = new ServerReturn(exchange, options.waitForServerMs, () => this.#deliver())
    this.#queue = new RowQueue({
      batchSize: batch === 'adaptive' ? new AdaptiveBatch() : new FixedBatch(batch),
      maxDelayMs,
      concurrency,
      ask: (rows, cancel) => this.#ask(rows, cancel),
    })
    if (signal) this.#forgetSignal = onAbort(signal, () => this.#abandon(signal.reason))
  }

  async load(genomes: readonly Genome[]): Promise<void> {
    this.#checkOpen()
    const shape = rowShape(genomes)
    // Rows asked before belong to the population before.
    await this.#queue.flush()
    this.#shape = undefined
    this.#states = undefined
    this.#model = this.#export(genomes, shape)
    this.#answerSize = this.#model.outputSize
    await this.#serverReturn.outlast(async () => {
      this.#protocol ??= await this.#chooseProtocol()
      await this.#deliver()
    })
    this.#shape = shape
    this.#population = true
  }

  async feedForwardRows(
    genome: Uint32Array,
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
    slots = genome,
  ): Promise<void> {
    const shape = this.#checkOpen() ?? (await this.#attach())
    if (rows === 0) return
    const rowInputs = first(inputs, rows * shape.inputSize)
    const rowOutputs = first(outputs, rows * shape.outputSize)
    const rowGenome = first(genome, rows)
    checkLengths(rowGenome, rowInputs, rowOutputs, rows, shape)
    for (const index of rowGenome) checkGenome(index, shape)
    checkFinite(rowInputs, shape.inputSize)
    const ask = (sent: Float32Array, answer: Float32Array): Promise<void> => {
      this.#recorder.asked(rows)
      return this.#queue.push(rowGenome, sent, answer, rows, true)
    }
    await (this.#states?.step(slots, rowInputs, rowOutputs, rows, ask) ??
      ask(rowInputs, rowOutputs))
  }

  async infer(row: ArrayLike<number>, genome: number, signal?: AbortSignal): Promise<Float32Array> {
    signal?.throwIfAborted()
    const shape = this.#checkOpen() ?? (await unlessAborted(this.#attach(), signal))
    const inputs = checkedRow(row, genome, shape)
    const outputs = new Float32Array(shape.outputSize)
    const index = Uint32Array.of(genome)
    const ask = (sent: Float32Array, answer: Float32Array): Promise<void> => {
      this.#recorder.asked(1)
      return this.#queue.push(index, sent, answer, 1, false, signal)
    }
    await (this.#states?.step(index, inputs, outputs, 1, ask) ?? ask(inputs, outputs))
    return outputs
  }

  flush(): Promise<void> {
    return this.#queue.flush()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#forgetSignal?.()
    this.#abandon(closed())
    try {
      if (this.#model !== undefined) await this.#delivery.withdraw(this.#model.name)
    } catch {
      // The server is gone, and the model with it.
    } finally {
      await this.#connection.close()
    }
  }

  /** Rejects everything with `reason`. */
  #abandon(reason: unknown): void {
    this.#serverReturn.abandon(reason)
    this.#loading.cancel(reason)
    this.#queue.abort(reason)
  }

  /** The shape of rows, if a population is loaded. */
  #checkOpen(): RowShape | undefined {
    if (this.#closed) throw closed()
    this.#options.signal?.throwIfAborted()
    return this.#shape
  }

  /** The shape of the model that the server has already; rows that are asked together ask once. */
  #attach(): Promise<RowShape> {
    this.#attaching ??= this.#learnShape().finally(() => {
      this.#attaching = undefined
    })
    return this.#attaching
  }

  async #learnShape(): Promise<RowShape> {
    const { model, url } = this.#options
    if (model === undefined) throw notLoaded()
    const exchange: Exchange = (request) => this.#connection.exchange(request, this.#loading)
    const { shape, population } = await this.#serverReturn.outlast(async () => {
      this.#protocol ??= await this.#chooseProtocol()
      return modelMetadata(exchange, url, model)
    })
    this.#shape ??= shape
    // A load that failed may have left its own.
    this.#states = undefined
    this.#answerSize = shape.outputSize
    this.#population = population
    return shape
  }

  /** The model for a population; and, if it is recurrent, states at their beginning. */
  #export(genomes: readonly Genome[], { inputSize, outputSize }: RowShape): RepositoryModel {
    // Native rounding would take several times as long to load and to run, in each generation.
    const rounding = 'standard'
    const one = { name: this.#name, population: true }
    if (!genomes[0].recurrent) {
      return { ...one, bytes: exportOnnx(genomes, { rounding }), inputSize, outputSize }
    }
    const { bytes, stateSize } = exportSteps(genomes, rounding)
    this.#states = new ClientStates(inputSize, outputSize, stateSize)
    return { ...one, bytes, inputSize: inputSize + stateSize, outputSize: stateSize }
  }

  async #deliver(): Promise<void> {
    if (this.#model !== undefined) await this.#delivery.deliver(this.#model, this.#loading)
  }

  /** One request, made again as the options say, from writing its body to reading its answer. */
  async #ask(batch: RowBatch, cancel: Cancellation): Promise<Float32Array> {
    this.#recorder.requested()
    let attempts = 0
    return this.#serverReturn.outlast(async () => {
      if (attempts++ > 0) this.#recorder.retried()
      const startedAt = nowNs()
      const request = this.#protocol!.encode(batch, this.#name, this.#population)
      const reply = await withRetry(
        (leftMs) => this.#answer(request, leftMs, cancel),
        () => this.#recorder.retried(),
        this.#options.retry,
        cancel,
      )
      const outputs = this.#protocol!.decode(reply, batch.rows, this.#answerSize)
      this.#recorder.answered(batch.rows, nowNs() - startedAt)
      this.#recorder.exchanged(reply.ns, serverInferNs(reply))
      return outputs
    })
  }

  /** One attempt within the time left, which fails unless its status is 2xx. */
  async #answer(request: HttpRequest, leftMs: number, cancel: Cancellation): Promise<HttpReply> {
    const timeoutMs = Math.min(this.#options.timeoutMs, leftMs)
    const reply = await this.#connection.exchange({ ...request, timeoutMs }, cancel)
    if (reply.status >= 200 && reply.status < 300) return reply
    throw refused(this.#options.url, this.#name, reply)
  }

  async #chooseProtocol(): Promise<Protocol> {
    const { url, protocol, encoding } = this.#options
    if (protocol === 'infer') return new InferProtocol(url)
    const { exchange } = this.#connection
    const binary =
      encoding === undefined
        ? await takesBinaryTensors(exchange, this.#loading)
        : encoding === 'binary'
    return new OipProtocol(url, binary)
  }
}

/** The first `length` elements, without a new view when that is all: one costs as much as a small request's JSON. */
function first<Numbers extends Float32Array | Uint32Array>(
  array: Numbers,
  length: number,
): Numbers {
  return array.length === length ? array : (array.subarray(0, length) as Numbers)
}

function checkLengths(
  genome: Uint32Array,
  inputs: Float32Array,
  outputs: Float32Array,
  rows: number,
  { inputSize, outputSize }: RowShape,
): void {
  if (!Number.isInteger(rows) || rows < 0) {
    throw new NeatronError(
      'ROWS_RANGE',
      `rows must be a whole number of at least 0, but is ${rows}`,
    )
  }
  if (genome.length < rows) {
    throw new NeatronError(
      'GENOME_LENGTH',
      `${rows} rows need ${rows} genome indices, but came with ${genome.length}`,
    )
  }
  if (inputs.length < rows * inputSize) {
    throw new NeatronError(
      'INPUT_LENGTH',
      `${rows} rows need ${rows * inputSize} inputs, but came with ${inputs.length}`,
    )
  }
  if (outputs.length < rows * outputSize) {
    throw new NeatronError(
      'OUTPUT_LENGTH',
      `${rows} rows need room for ${rows * outputSize} outputs, but came with ${outputs.length}`,
    )
  }
}
