import { Histogram } from './histogram.js'

/** Bounds from 5 us to 1 s: a run of a small network takes microseconds. */
const SECONDS = [
  5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 0.1, 0.25, 1,
]
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096]

/** How often something happened and how long it took in all. */
class Duration {
  count = 0
  ns = 0

  /** Counts `count` events that took `ms` milliseconds in all. */
  add(ms: number, count = 1): void {
    this.count += count
    this.ns += ms * 1e6
  }

  toJSON(): { count: number; ns: number } {
    return { count: this.count, ns: Math.round(this.ns) }
  }
}

/** What a run cost, in milliseconds. */
export interface RunCost {
  /** Gathering the rows of its requests. */
  readonly inputMs: number
  /** ONNX Runtime's own work. */
  readonly inferMs: number
  /** Scattering the answers. */
  readonly outputMs: number
}

class BatchStatistics {
  readonly input = new Duration()
  readonly infer = new Duration()
  readonly output = new Duration()

  add(cost: RunCost): void {
    this.input.add(cost.inputMs)
    this.infer.add(cost.inferMs)
    this.output.add(cost.outputMs)
  }
}

/** Batch sizes beyond this many different ones are counted together, so that memory is bounded. */
const BATCH_SIZES = 256

/** A model's counters since it was first loaded under its name. */
export class ModelStatistics {
  /** For `/metrics`: times in seconds, and rows. */
  readonly histograms = {
    infer: new Histogram(SECONDS),
    queue: new Histogram(SECONDS),
    rows: new Histogram(ROWS),
  }
  #lastInference = 0
  #rows = 0
  #runs = 0
  readonly #success = new Duration()
  readonly #fail = new Duration()
  readonly #queue = new Duration()
  readonly #compute = new BatchStatistics()
  readonly #bySize = new Map<number, BatchStatistics>()

  /** Requests that got their answer. */
  get answered(): number {
    return this.#success.count
  }

  /** Counts one run of `rows` rows. */
  run(rows: number, cost: RunCost): void {
    this.#runs += 1
    this.#rows += rows
    this.#lastInference = Date.now()
    this.#compute.add(cost)
    this.histograms.infer.observe(cost.inferMs / 1e3)
    this.histograms.rows.observe(rows)
    let size = this.#bySize.get(rows)
    if (size === undefined && this.#bySize.size < BATCH_SIZES) {
      size = new BatchStatistics()
      this.#bySize.set(rows, size)
    }
    size?.add(cost)
  }

  /** Counts one request that was answered. */
  succeeded(totalMs: number, queueMs: number): void {
    this.#success.add(totalMs)
    this.#queue.add(queueMs)
    this.histograms.queue.observe(queueMs / 1e3)
  }

  /** Counts one request that failed after it was accepted. */
  failed(totalMs: number): void {
    this.#fail.add(totalMs)
  }

  /** The `$model_stat` object of the statistics extension. */
  toModelStat(name: string, version: string) {
    return {
      name,
      version,
      last_inference: this.#lastInference,
      inference_count: this.#rows,
      execution_count: this.#runs,
      inference_stats: {
        success: this.#success,
        fail: this.#fail,
        queue: this.#queue,
        compute_input: this.#compute.input,
        compute_infer: this.#compute.infer,
        compute_output: this.#compute.output,
        cache_hit: new Duration(),
        cache_miss: new Duration(),
      },
      batch_stats: [...this.#bySize].map(([size, stats]) => ({
        batch_size: size,
        compute_input: stats.input,
        compute_infer: stats.infer,
        compute_output: stats.output,
      })),
      memory_usage: [],
    }
  }
}
