import type { ByteBudget } from './byte-budget.js'
import { HttpError } from './http-error.js'
import type { Job } from './job.js'
import type { Model } from './model.js'
import type { RunResult, Slice } from './run.js'
import type { SessionCache } from './session-cache.js'
import type { TensorSpec } from './signature.js'

/** Settles jobs with what runs gave, and counts what they held. */
export class Answers {
  constructor(
    private readonly sessions: SessionCache,
    private readonly budget: ByteBudget,
  ) {}

  /** Hands a run's results to its jobs, and answers those that are complete. */
  scatter(model: Model, slices: readonly Slice[], result: RunResult): void {
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

  /** Answers a job with an error, once. */
  fail(model: Model, job: Job, error: HttpError): void {
    if (job.failed) return
    job.failed = true
    model.statistics.failed(performance.now() - job.accepted)
    job.reject(error)
    this.#settled(model, job)
  }

  #finish(model: Model, job: Job, outputs: readonly Float32Array[]): void {
    for (let output = 0; output < outputs.length; output += 1) {
      const bad = firstNotFinite(outputs[output])
      if (bad < 0) continue
      const { name, width } = model.signature.outputs[output]
      const message = `The network overflowed: row ${Math.floor(bad / width)} of ${name} holds ${outputs[output][bad]}. The row's inputs are too large for its weights.`
      this.fail(model, job, new HttpError('OUTPUT_NOT_FINITE', message))
      return
    }
    model.statistics.succeeded(performance.now() - job.accepted, job.queueMs)
    job.resolve({ outputs, rows: job.rows, queueMs: job.queueMs, inferMs: job.inferMs })
    this.#settled(model, job)
  }

  #settled(model: Model, job: Job): void {
    this.budget.give(job.rows * model.signature.rowBytes)
    model.pending -= 1
    if (model.pending === 0 && model.retired) void this.sessions.retire(model)
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
