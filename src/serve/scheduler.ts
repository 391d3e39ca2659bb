import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { OnnxRuntime } from '../onnx/runtime.js'
import { HttpError } from './http-error.js'
import type { Answer, Job } from './job.js'
import type { Metrics } from './metrics.js'
import type { Model } from './model.js'
import type { SessionCache } from './session-cache.js'
import type { TensorData } from './signature.js'

/** Bounds of the queue and of a run. */
export interface SchedulerOptions {
  /** Whether requests for one model share a run. */
  readonly batching: boolean
  /** Most rows of a run; a longer request is served by several runs. */
  readonly maxBatch: number
  /** Most requests that wait for one model. */
  readonly maxQueue: number
  /** Longest time that a request waits for others to share its run, in microseconds. */
  readonly maxQueueDelayUs: number
  /** Longest time that a request waits for its run, in milliseconds. */
  readonly timeoutMs: number
}

/** Consecutive rows of a job, for one run. */
interface Slice {
  readonly job: Job
  readonly from: number
  readonly rows: number
}

interface RunResult {
  readonly outputs: readonly Float32Array[]
  readonly startedAt: number
  readonly inferMs: number
}

/**
 * Decides which rows run when. ONNX Runtime's Node binding runs on the calling thread, so there is
 * one run at a time; models take turns, and while one run is under way the requests that arrive
 * gather for the next.
 */
export class Scheduler {
  /** Models with waiting jobs, in the order in which they get their turn. */
  readonly #turns: Model[] = []
  #working = false

  constructor(
    readonly options: SchedulerOptions,
    private readonly runtime: OnnxRuntime,
    private readonly sessions: SessionCache,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Queues the rows of a request.
   *
   * @param inputs the values of each input in the order of the model's signature, checked.
   * @throws HttpError `QUEUE_FULL`, `DEADLINE`, `OUTPUT_NOT_FINITE` or `INTERNAL`.
   */
  submit(
    model: Model,
    inputs: readonly TensorData[],
    rows: number,
    abandoned: () => boolean,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting = model.jobs.length
      if (waiting >= this.options.maxQueue) {
        const message = `${waiting} requests already wait for model ${model.name}, the most allowed. Come again later.`
        reject(new HttpError('QUEUE_FULL', message))
        return
      }
      model.jobs.push({
        inputs,
        rows,
        accepted: performance.now(),
        abandoned,
        resolve,
        reject,
        taken: 0,
        answered: 0,
        queueMs: 0,
        inferMs: 0,
        outputs: null,
      })
      model.waitingRows += rows
      model.pending += 1
      if (waiting === 0) this.#turns.push(model)
      if (!this.#working) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#working = true
    while (this.#turns.length > 0) {
      const model = this.#nextDue()
      if (model === undefined) {
        await this.#pause()
        continue
      }
      const slices = this.#take(model)
      if (model.jobs.length > 0) this.#turns.push(model)
      if (slices.length > 0) await this.#serve(model, slices)
    }
    this.#working = false
  }

  /** Takes the first model in turn that is full enough or has waited long enough. */
  #nextDue(): Model | undefined {
    if (this.options.maxQueueDelayUs === 0) return this.#turns.shift()
    const now = performance.now()
    const index = this.#turns.findIndex(
      (model) => model.waitingRows >= this.options.maxBatch || this.#dueAt(model) <= now,
    )
    return index < 0 ? undefined : this.#turns.splice(index, 1)[0]
  }

  #dueAt(model: Model): number {
    return (model.jobs[0]?.accepted ?? 0) + this.options.maxQueueDelayUs / 1000
  }

  /** Waits for the next due time, or for more rows. Timers are no finer than a millisecond. */
  async #pause(): Promise<void> {
    const left = Math.min(...this.#turns.map((model) => this.#dueAt(model))) - performance.now()
    if (left > 2) await sleep(1)
    else await nextTurn()
  }

  /** Takes the rows of the next run from a model's jobs; refuses those that waited too long. */
  #take(model: Model): Slice[] {
    const { batching, maxBatch, timeoutMs } = this.options
    const slices: Slice[] = []
    const now = performance.now()
    let rows = 0
    while (model.jobs.length > 0 && rows < maxBatch && (batching || slices.length === 0)) {
      const job = model.jobs[0]
      if (job.taken === 0 && (now - job.accepted > timeoutMs || job.abandoned())) {
        model.jobs.shift()
        model.waitingRows -= job.rows
        const message = `The request waited ${Math.round(now - job.accepted)} ms for its run; at most ${timeoutMs} ms are allowed.`
        this.#fail(model, job, new HttpError('DEADLINE', message))
        continue
      }
      const slice = { job, from: job.taken, rows: Math.min(job.rows - job.taken, maxBatch - rows) }
      slices.push(slice)
      rows += slice.rows
      job.taken += slice.rows
      model.waitingRows -= slice.rows
      if (job.taken === job.rows) model.jobs.shift()
    }
    return slices
  }

  /** Runs slices together; if that fails, each alone, so that one request cannot fail another. */
  async #serve(model: Model, slices: readonly Slice[]): Promise<void> {
    try {
      await this.#run(model, slices)
    } catch (error) {
      if (slices.length > 1) {
        for (const slice of slices) await this.#serve(model, [slice])
      } else {
        const { job } = slices[0]
        this.metrics.fault(error)
        this.#dropRest(model, job)
        this.#fail(
          model,
          job,
          new HttpError('INTERNAL', 'The model could not be run on this input.'),
        )
      }
    }
  }

  async #run(model: Model, slices: readonly Slice[]): Promise<void> {
    const session = this.sessions.use(model)
    const begun = performance.now()
    const rows = slices.reduce((sum, slice) => sum + slice.rows, 0)
    const feeds = this.#feeds(model, slices, rows)
    const inputMs = performance.now() - begun
    const result = await this.#infer(model, await session, feeds)
    const scatter = performance.now()
    let row = 0
    for (const slice of slices) {
      this.#answer(model, slice, result, row)
      row += slice.rows
    }
    const cost = { inputMs, inferMs: result.inferMs, outputMs: performance.now() - scatter }
    model.statistics.run(rows, cost)
  }

  async #infer(
    model: Model,
    session: InferenceSession,
    feeds: Record<string, Tensor>,
  ): Promise<RunResult> {
    // The binding starts its run in an immediate of its own, right after this one.
    let startedAt = 0
    setImmediate(() => {
      startedAt = performance.now()
    })
    const results = await session.run(feeds)
    const inferMs = performance.now() - startedAt
    const outputs = model.signature.outputs.map((spec) => results[spec.name].data as Float32Array)
    return { outputs, startedAt, inferMs }
  }

  #feeds(model: Model, slices: readonly Slice[], rows: number): Record<string, Tensor> {
    const { Tensor } = this.runtime
    const feeds: Record<string, Tensor> = {}
    model.signature.inputs.forEach((spec, input) => {
      const shape = spec.datatype === 'FP32' ? [rows, spec.width] : [rows]
      const data = gather(slices, input, spec.width, rows)
      feeds[spec.name] =
        data instanceof Float32Array
          ? new Tensor('float32', data, shape)
          : new Tensor('int64', data, shape)
    })
    return feeds
  }

  /** Hands a slice of a run's results to its job, and answers the job when that was the last. */
  #answer(model: Model, slice: Slice, result: RunResult, row: number): void {
    const { job } = slice
    if (slice.from === 0) job.queueMs = result.startedAt - job.accepted
    job.inferMs += result.inferMs
    job.answered += slice.rows
    const parts = model.signature.outputs.map((spec, output) =>
      result.outputs[output].subarray(row * spec.width, (row + slice.rows) * spec.width),
    )
    if (slice.rows === job.rows) job.outputs = parts
    else {
      job.outputs ??= model.signature.outputs.map(({ width }) => new Float32Array(job.rows * width))
      for (const [output, spec] of model.signature.outputs.entries()) {
        job.outputs[output].set(parts[output], slice.from * spec.width)
      }
    }
    if (job.answered === job.rows) this.#finish(model, job, job.outputs)
  }

  #finish(model: Model, job: Job, outputs: readonly Float32Array[]): void {
    for (const [output, spec] of model.signature.outputs.entries()) {
      const bad = outputs[output].findIndex((value) => !Number.isFinite(value))
      if (bad < 0) continue
      const place = `row ${Math.floor(bad / spec.width)} of ${spec.name}`
      const message = `The network overflowed: ${place} holds ${outputs[output][bad]}. The row's inputs are too large for its weights.`
      this.#fail(model, job, new HttpError('OUTPUT_NOT_FINITE', message))
      return
    }
    model.statistics.succeeded(performance.now() - job.accepted, job.queueMs)
    job.resolve({ outputs, rows: job.rows, queueMs: job.queueMs, inferMs: job.inferMs })
    this.#settled(model)
  }

  #fail(model: Model, job: Job, error: HttpError): void {
    model.statistics.failed(performance.now() - job.accepted)
    job.reject(error)
    this.#settled(model)
  }

  /** Takes a failed job's rows that no run has taken yet out of the queue. */
  #dropRest(model: Model, job: Job): void {
    const index = model.jobs.indexOf(job)
    if (index < 0) return
    model.jobs.splice(index, 1)
    model.waitingRows -= job.rows - job.taken
  }

  #settled(model: Model): void {
    model.pending -= 1
    if (model.pending === 0 && model.retired) void this.sessions.remove(model)
  }
}

/** The values of one input for a run: the job's own array when it runs alone and whole. */
function gather(slices: readonly Slice[], input: number, width: number, rows: number): TensorData {
  const [first] = slices
  if (slices.length === 1 && first!.rows === first!.job.rows) return first!.job.inputs[input]
  const like = first!.job.inputs[input]
  if (like instanceof Float32Array) {
    const values = new Float32Array(rows * width)
    let at = 0
    for (const { job, from, rows } of slices) {
      const part = job.inputs[input] as Float32Array
      values.set(part.subarray(from * width, (from + rows) * width), at)
      at += rows * width
    }
    return values
  }
  const values = new BigInt64Array(rows * width)
  let at = 0
  for (const { job, from, rows } of slices) {
    const part = job.inputs[input] as BigInt64Array
    values.set(part.subarray(from * width, (from + rows) * width), at)
    at += rows * width
  }
  return values
}
