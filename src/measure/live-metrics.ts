import { createServer, type Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { type IntervalHistogram, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { NeatronError } from '../errors.js'
import type { Contender } from './contender.js'
import { Latencies, recordedValues } from './latencies.js'
import { loopbackBytes, processUsage } from './process-usage.js'
import type { Round } from './rounds.js'

/** Bounds of the latency histogram, in seconds: from a native call to one that timed out. */
const BOUNDS = [1, 2.5, 5].flatMap((step) =>
  [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1].map((power) => step * power),
)
BOUNDS.sort((a, b) => a - b)

interface Series {
  readonly rowsPerCall: number
  readonly latencies: Latencies
}

/**
 * `GET /metrics` in Prometheus' text format while a benchmark or a load is under way: latencies of
 * each contender so far, and what the processes take of the machine. Latencies are added between
 * rounds, and a scrape is answered between calls, so watching costs the calls nothing but the time
 * of the answer.
 */
export class LiveMetrics {
  readonly #series = new Map<string, Series>()
  readonly #pids = new Map<string, () => number | null>([['client', () => process.pid]])
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 })
  readonly #network = loopbackBytes()
  readonly #gc = { pauses: 0, ms: 0 }
  readonly #observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      this.#gc.pauses++
      this.#gc.ms += duration
    }
  })

  private constructor(private readonly server: Server) {
    this.#loop.enable()
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  /**
   * Listens on loopback.
   *
   * @param port 0 takes a free one
   * @throws NeatronError `USAGE` when the port cannot be had
   */
  static async listen(port: number): Promise<LiveMetrics> {
    const server = createServer()
    const metrics = new LiveMetrics(server)
    server.on('request', (request, response) => {
      const found = request.method === 'GET' && request.url === '/metrics'
      response.writeHead(found ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4' })
      response.end(found ? metrics.text() : 'GET /metrics\n')
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve)
    }).catch((error: NodeJS.ErrnoException) => {
      metrics.close()
      throw new NeatronError('USAGE', `--metrics-port ${port} cannot be listened on: ${error.code}`)
    })
    // Metrics of a run that is over are of no use; they must not keep the process.
    server.unref()
    return metrics
  }

  get url(): string {
    const { address, port } = this.server.address() as AddressInfo
    return `http://${isIP(address) === 6 ? `[${address}]` : address}:${port}/metrics`
  }

  /** Tells of a process too, under this name; `pid` is asked at each scrape. */
  watch(process: string, pid: () => number | null): void {
    this.#pids.set(process, pid)
  }

  /** Adds a contender's share of a round. */
  record({ name, rowsPerCall }: Contender, { latencies }: Round): void {
    this.add(name, rowsPerCall, latencies)
  }

  /** Adds latencies of calls of `rowsPerCall` rows. */
  add(name: string, rowsPerCall: number, latencies: Latencies): void {
    const known = this.#series.get(name)
    if (known) known.latencies.add(latencies)
    else {
      const sum = new Latencies(latencies.callsPerSample)
      sum.add(latencies)
      this.follow(name, rowsPerCall, sum)
    }
  }

  /** Tells of latencies that someone else goes on recording. */
  follow(name: string, rowsPerCall: number, latencies: Latencies): void {
    this.#series.set(name, { rowsPerCall, latencies })
  }

  /** What a scrape gets. */
  text(): string {
    return `${[...this.#latencies(), ...this.#processes(), ...this.#client()].join('\n')}\n`
  }

  close(): void {
    this.server.close()
    this.server.closeAllConnections()
    this.#observer.disconnect()
    this.#loop.disable()
  }

  #latencies(): string[] {
    const name = 'neatron_call_seconds'
    const series = [...this.#series]
    return [
      ...head(name, 'histogram', 'Latency of a call, by contender.'),
      ...series.flatMap(([contender, { latencies }]) => histogramLines(name, contender, latencies)),
      ...head('neatron_rows_total', 'counter', 'Rows answered, by contender.'),
      ...series.map(
        ([
          contender,
          {
            rowsPerCall,
            latencies: { samples, callsPerSample },
          },
        ]) =>
          `neatron_rows_total{contender="${contender}"} ${samples * callsPerSample * rowsPerCall}`,
      ),
    ]
  }

  #processes(): string[] {
    const usages = [...this.#pids].flatMap(([name, pid]) => {
      const id = pid()
      const usage = id === null ? null : processUsage(id)
      return usage ? [{ name, usage }] : []
    })
    const of = (metric: string, value: (usage: (typeof usages)[number]['usage']) => number) =>
      usages.map(({ name, usage }) => `${metric}{process="${name}"} ${value(usage)}`)
    return [
      ...head('neatron_cpu_seconds_total', 'counter', 'User and system time, by thread.'),
      ...usages.flatMap(({ name, usage }) =>
        [...usage.threads].map(
          ([id, thread]) =>
            `neatron_cpu_seconds_total{process="${name}",thread="${thread.name}",tid="${id}"} ${thread.cpuNs / 1e9}`,
        ),
      ),
      ...head('neatron_resident_bytes', 'gauge', 'Resident memory.'),
      ...of('neatron_resident_bytes', ({ rssBytes }) => rssBytes),
      ...head('neatron_context_switches_total', 'counter', 'Voluntary and not.'),
      ...of('neatron_context_switches_total', ({ contextSwitches }) => contextSwitches),
    ]
  }

  #client(): string[] {
    const network = loopbackBytes()
    const delay = [50, 99, 100].map(
      (at) =>
        `neatron_event_loop_delay_seconds{quantile="${at / 100}"} ${(at === 100 ? this.#loop.max : this.#loop.percentile(at)) / 1e9}`,
    )
    return [
      ...head('neatron_event_loop_delay_seconds', 'summary', 'Of the client, every 10 ms.'),
      ...delay,
      ...head('neatron_gc_pauses_total', 'counter', 'Garbage collections of the client.'),
      `neatron_gc_pauses_total ${this.#gc.pauses}`,
      ...head('neatron_gc_seconds_total', 'counter', 'Time of garbage collections of the client.'),
      `neatron_gc_seconds_total ${this.#gc.ms / 1000}`,
      ...(network === null || this.#network === null
        ? []
        : [
            ...head('neatron_loopback_bytes_total', 'counter', 'Over loopback since the start.'),
            `neatron_loopback_bytes_total ${network - this.#network}`,
          ]),
    ]
  }
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function histogramLines(
  name: string,
  contender: string,
  { histogram, callsPerSample }: Latencies,
): string[] {
  const label = `contender="${contender}"`
  const count = histogram.totalCount * callsPerSample
  const seconds = count === 0 ? 0 : (histogram.mean * histogram.totalCount) / 1e9
  const values = recordedValues(histogram)
  let at = 0
  let below = 0
  const buckets = BOUNDS.map((bound) => {
    for (; at < values.length && values[at][0] <= bound * callsPerSample * 1e9; at++) {
      below += values[at][1] * callsPerSample
    }
    return `${name}_bucket{le="${bound}",${label}} ${below}`
  })
  return [
    ...buckets,
    `${name}_bucket{le="+Inf",${label}} ${count}`,
    `${name}_sum{${label}} ${seconds}`,
    `${name}_count{${label}} ${count}`,
  ]
}
