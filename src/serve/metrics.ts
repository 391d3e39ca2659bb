import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Registry } from 'prom-client'
import { HTTP_ERRORS, type HttpErrorCode } from './http-error.js'
import type { Model } from './model.js'

/** The histograms of each model. */
const HISTOGRAMS = {
  infer: ['neatron_infer_duration_seconds', 'Time of one run in ONNX Runtime.'],
  queue: ['neatron_queue_duration_seconds', 'Time from accepting a request to its run.'],
  rows: ['neatron_batch_rows', 'Rows of one run.'],
} as const

/** What the server shows of itself at any time; read when metrics are asked for. */
export interface ServerState {
  readonly models: () => readonly Model[]
  readonly sessions: () => number
  readonly sessionBytes: () => number
  readonly heldBytes: () => number
}

/** The metrics of one server, in Prometheus' text format. Labels hold model names and codes only. */
export class Metrics {
  readonly #registry = new Registry()
  #models: () => readonly Model[] = () => []
  readonly #loopDelay = monitorEventLoopDelay({ resolution: 10 })
  readonly #rejected = new Counter({
    name: 'neatron_rejected_requests_total',
    help: 'Requests that were not answered with a result, by the code of their error.',
    labelNames: ['code'],
    registers: [this.#registry],
  })

  constructor() {
    // A series that begins at its first event hides that event from rate().
    for (const code of Object.keys(HTTP_ERRORS)) this.#rejected.labels(code).inc(0)
    this.#loopDelay.enable()
    this.#process()
  }

  /** The content type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType
  }

  /** Everything, in Prometheus' text format. */
  async text(): Promise<string> {
    return `${await this.#registry.metrics()}${this.#modelText()}`
  }

  #modelText(): string {
    const models = this.#models()
    const lines = Object.entries(HISTOGRAMS).flatMap(([key, [name, help]]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} histogram`,
      ...models.flatMap((model) =>
        model.statistics.histograms[key as keyof typeof HISTOGRAMS].lines(name, model.name),
      ),
    ])
    return `${lines.join('\n')}\n`
  }

  /** Adds gauges that read the server's state. */
  watch(state: ServerState): void {
    this.#models = state.models
    this.#gauge('neatron_models', 'Models that can be asked.', () => state.models().length)
    this.#gauge('neatron_sessions', 'Open sessions of ONNX Runtime.', state.sessions)
    this.#gauge('neatron_session_bytes', 'Estimated bytes of open sessions.', state.sessionBytes)
    this.#gauge('neatron_waiting_requests', 'Requests waiting for a run.', () =>
      state.models().reduce((sum, model) => sum + model.jobs.length, 0),
    )
    this.#gauge(
      'neatron_queue_bytes',
      'Bytes of requests that arrive, wait or run.',
      state.heldBytes,
    )
  }

  /** Counts a request that got an error. */
  rejected(code: HttpErrorCode): void {
    this.#rejected.labels(code).inc()
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

  /** By the names that Prometheus' client libraries agree on, so that common dashboards fit. */
  #process(): void {
    new Counter({
      name: 'process_cpu_seconds_total',
      help: 'CPU time of the process, user and system.',
      registers: [this.#registry],
      collect() {
        const { user, system } = process.cpuUsage()
        this.reset()
        this.inc((user + system) / 1e6)
      },
    })
    const { rss } = process.memoryUsage
    this.#gauge('process_resident_memory_bytes', 'Resident memory.', () => rss())
    this.#gauge('process_start_time_seconds', 'Start, since the epoch.', () => {
      return Math.round(Date.now() / 1000 - process.uptime())
    })
    this.#gauge('nodejs_heap_size_used_bytes', "Memory of JavaScript's heap in use.", () => {
      return process.memoryUsage().heapUsed
    })
    this.#gauge('nodejs_eventloop_lag_p99_seconds', 'Delay of the event loop, p99.', () => {
      const seconds = this.#loopDelay.percentile(99) / 1e9
      this.#loopDelay.reset()
      return seconds
    })
  }
}
