import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { OnnxRuntime } from '../onnx/runtime.js'
import type { ByteBudget } from './byte-budget.js'
import type { Entrance } from './entrance.js'
import { HttpError } from './http-error.js'
import type { Answer, Job } from './job.js'
import type { Model } from './model.js'
import { type RunResult, run, type Slice } from './run.js'
import type { SessionCache } from './session-cache.js'
import type { TensorData, TensorSpec } from './signature.js'

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

/** Most runs in one turn of the event loop without batching; what arrives meanwhile must wait. */
const FOLLOWING = 8

/** After a run of so many milliseconds, connections that wait are let in before the next. */
const LONG_MS = 0.5

/**
 * Decides which rows run when. ONNX Runtime's Node binding runs on the calling thread, so there is
 * one run at a time; models take turns, and while one run is under way the requests that arrive
 * gather for the next.
 */
export class Scheduler {
  /** Models with waiting jobs, in the order in which they get their turn. */
  readonly #turns: Model[] = []
  #working = false
  /** Runs asked for that have not ended, without batching. */
  #following = 0

  constructor(
    readonly options: SchedulerOptions,
    private readonly runtime: OnnxRuntime,
    private readonly sessions: SessionCache,
    private readonly budget: ByteBudget,
    private readonly entrance: Entrance,
  ) {}

  /**
   * Says no while a model's queue is full: asked before a request is read, so that refusing costs
   * little when there is much to refuse.
   *
   * @throws HttpError `QUEUE_FULL`.
   */
  checkRoom(model: Model): void {
    const waiting = model.jobs.length
    if (waiting < this.options.maxQueue) return
    const message = `${waiting} requests already wait for model ${model.name}, the most allowed. Come again later.`
    throw new HttpError('QUEUE_FULL', message)
  }

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
      this.checkRoom(model)
      this.budget.take(rows * model.signature.rowBytes)
      const waiting = model.jobs.length
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
      if (slices.length === 0) continue
      const served = this.#serve(model, slices)
      const begun = performance.now()
      if (this.options.batching) await served
      else await this.#follow(served)
      if (performance.now() - begun > LONG_MS) await this.entrance.clear()
    }
    this.#working = false
  }

  /**
   * Lets runs of single requests follow each other within a turn of the event loop: to wait for
   * each would cost a turn for every request.
   */
  async #follow(served: Promise<void>): Promise<void> {
    this.#following += 1
    const ended = served.finally(() => {
      this.#following -= 1
    })
    if (this.#following >= FOLLOWING) await ended
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
      const session = this.sessions.use(model)
      const begun = performance.now()
      let rows = 0
      for (const slice of slices) rows += slice.rows
      const opened = session instanceof Promise ? await session : session
      const result = await run(this.runtime, opened, model.signature, slices, rows)
      const ended = performance.now()
      this.#scatter(model, slices, result)
      const inputMs = result.startedAt - begun
      const outputMs = performance.now() - ended
      model.statistics.run(rows, { inputMs, inferMs: result.inferMs, outputMs })
    } catch (error) {
      if (slices.length > 1) {
        for (const slice of slices) await this.#serve(model, [slice])
        return
      }
      const { job } = slices[0]
      this.#dropRest(model, job)
      const message = 'The model could not be run on this input.'
      this.#fail(model, job, new HttpError('INTERNAL', message, { cause: error }))
    }
  }

  /** Hands a run's results to its jobs, and answers those that are complete. */
  #scatter(model: Model, slices: readonly Slice[], result: RunResult): void {
    const specs = model.signature.outputs
    let row = 0
    for (const { job, from, rows } of slices) {
      if (from === 0) job.queueMs = result.startedAt - job.accepted
      job.inferMs += result.inferMs
      job.answered += rows
      if (slices.length === 1 && rows === job.rows) job.outputs = result.outputs
      else {
        const parts = specs.map(({ width }, output) =>
          result.outputs[output].subarray(row * width, (row + rows) * width),
        )
        job.outputs = rows === job.rows ? parts : assemble(job, parts, specs, from)
      }
      row += rows
      if (job.answered === job.rows) this.#finish(model, job, job.outputs)
    }
  }

  #finish(model: Model, job: Job, outputs: readonly Float32Array[]): void {
    for (let output = 0; output < outputs.length; output += 1) {
      const bad = firstNotFinite(outputs[output])
      if (bad < 0) continue
      const { name, width } = model.signature.outputs[output]
      const message = `The network overflowed: row ${Math.floor(bad / width)} of ${name} holds ${outputs[output][bad]}. The row's inputs are too large for its weights.`
      this.#fail(model, job, new HttpError('OUTPUT_NOT_FINITE', message))
      return
    }
    model.statistics.succeeded(performance.now() - job.accepted, job.queueMs)
    job.resolve({ outputs, rows: job.rows, queueMs: job.queueMs, inferMs: job.inferMs })
    this.#settled(model, job)
  }

  #fail(model: Model, job: Job, error: HttpError): void {
    model.statistics.failed(performance.now() - job.accepted)
    job.reject(error)
    this.#settled(model, job)
  }

  /** Takes a failed job's rows that no run has taken yet out of the queue. */
  #dropRest(model: Model, job: Job): void {
    const index = model.jobs.indexOf(job)
    if (index < 0) return
    model.jobs.splice(index, 1)
    model.waitingRows -= job.rows - job.taken
  }

  #settled(model: Model, job: Job): void {
    this.budget.give(job.rows * model.signature.rowBytes)
    model.pending -= 1
    if (model.pending === 0 && model.retired) void this.sessions.remove(model)
  }
}

/** Adds a slice's outputs to those of a job that several runs serve. */
function assemble(
  job: Job,
  parts: readonly Float32Array[],
  specs: readonly TensorSpec[],
  from: number,
): readonly Float32Array[] {
  const whole = job.outputs ?? specs.map(({ width }) => new Float32Array(job.rows * width))
  for (const [output, { width }] of specs.entries()) whole[output].set(parts[output], from * width)
  return whole
}

/** Position of the first value that is NaN or infinite, or -1. */
function firstNotFinite(values: Float32Array): number {
  for (let at = 0; at < values.length; at += 1) if (!Number.isFinite(values[at])) return at
  return -1
}
