import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { HttpErrorCode } from './http-error.js'

/** From 5 us to 1 s: a run of a small network takes microseconds. */
const SECONDS = [
  5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 0.1, 0.25, 1,
]
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096]

/** What the server shows of itself at any time; read when metrics are asked for. */
export interface ServerState {
  readonly models: () => number
  readonly sessions: () => number
  readonly sessionBytes: () => number
  readonly waiting: () => number
}

/** The metrics of one server, in Prometheus' text format. Labels hold model names and codes only. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #loopDelay = monitorEventLoopDelay({ resolution: 10 })
  readonly #infer = new Histogram({
    name: 'neatron_infer_duration_seconds',
    help: 'Time of one run in ONNX Runtime.',
    labelNames: ['model'],
    buckets: SECONDS,
    registers: [this.#registry],
  })
  readonly #queue = new Histogram({
    name: 'neatron_queue_duration_seconds',
    help: 'Time from accepting a request to the start of its run.',
    labelNames: ['model'],
    buckets: SECONDS,
    registers: [this.#registry],
  })
  readonly #rows = new Histogram({
    name: 'neatron_batch_rows',
    help: 'Rows of one run.',
    labelNames: ['model'],
    buckets: ROWS,
    registers: [this.#registry],
  })
  readonly #rejected = new Counter({
    name: 'neatron_rejected_requests_total',
    help: 'Requests that were not answered with a result, by the code of their error.',
    labelNames: ['code'],
    registers: [this.#registry],
  })

  /** @param onFault is told of what went wrong inside, which clients do not see. */
  constructor(readonly onFault: (error: unknown) => void) {
    this.#loopDelay.enable()
    this.#process()
  }

  /** The content type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType
  }

  /** Everything, in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  /** Adds gauges that read the server's state. */
  watch(state: ServerState): void {
    this.#gauge('neatron_models', 'Models that can be asked.', state.models)
    this.#gauge('neatron_sessions', 'Open sessions of ONNX Runtime.', state.sessions)
    this.#gauge('neatron_session_bytes', 'Estimated bytes of open sessions.', state.sessionBytes)
    this.#gauge('neatron_waiting_requests', 'Requests waiting for a run.', state.waiting)
  }

  /** Counts a run. */
  run(model: string, rows: number, inferMs: number): void {
    this.#infer.labels(model).observe(inferMs / 1e3)
    this.#rows.labels(model).observe(rows)
  }

  /** Counts an answered request's wait. */
  queued(model: string, queueMs: number): void {
    this.#queue.labels(model).observe(queueMs / 1e3)
  }

  /** Counts a request that got an error. */
  rejected(code: HttpErrorCode): void {
    this.#rejected.labels(code).inc()
  }

  /** Reports what clients see only as INTERNAL. */
  fault(error: unknown): void {
    this.onFault(error)
  }

  /** Forgets a model that was unloaded, so that the series do not pile up. */
  forget(model: string): void {
    for (const metric of [this.#infer, this.#queue, this.#rows]) metric.remove(model)
  }

  /** Stops measuring. */
  close(): void {
    this.#loopDelay.disable()
    this.#registry.clear()
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read())
      },
    })
  }

  #process(): void {
    new Counter({
      name: 'neatron_process_cpu_seconds_total',
      help: 'CPU time of the process, user and system.',
      registers: [this.#registry],
      collect() {
        const { user, system } = process.cpuUsage()
        this.reset()
        this.inc((user + system) / 1e6)
      },
    })
    const { rss } = process.memoryUsage
    this.#gauge('neatron_process_resident_memory_bytes', 'Resident memory.', () => rss())
    this.#gauge('neatron_process_heap_bytes', "Memory of JavaScript's heap in use.", () => {
      return process.memoryUsage().heapUsed
    })
    this.#gauge('neatron_process_start_time_seconds', 'Start, since the epoch.', () => {
      return Math.round(Date.now() / 1000 - process.uptime())
    })
    this.#gauge('neatron_event_loop_delay_p99_seconds', 'Delay of the event loop, p99.', () => {
      const seconds = this.#loopDelay.percentile(99) / 1e9
      this.#loopDelay.reset()
      return seconds
    })
  }
}
