import { type IntervalHistogram, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import type { Contender } from './contender.js'
import { loopbackBytes, type ProcessUsage, processUsage } from './process-usage.js'
import type { SystemCost } from './report-schema.js'
import type { Round, RoundObserver } from './rounds.js'

/** The event loop is looked at as often as this: the finest that there is. */
const LOOP_TIMER_MS = 1

/** Sums over the rounds of one contender. */
interface Sums {
  client: Usage
  server: Usage | null
  networkBytes: number | null
  loop: IntervalHistogram
  /** When the rounds were, by the clock of performance entries, in milliseconds. */
  spans: [from: number, to: number][]
}

interface Usage {
  cpuNs: number
  mainThreadCpuNs: number
  contextSwitches: number
  rssBytes: number
  threads: number
}

interface Snapshot {
  readonly client: ProcessUsage | null
  readonly server: ProcessUsage | null
  readonly network: number | null
  readonly at: number
}

/**
 * Watches what client and server take while each contender has its share of a round. Reading /proc
 * happens before and after a share, outside what is timed.
 */
export class SystemSampler implements RoundObserver {
  readonly #sums = new Map<string, Sums>()
  readonly #pauses: { at: number; ms: number }[] = []
  readonly #observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      this.#pauses.push({ at: startTime, ms: duration })
    }
  })
  #before: Snapshot | undefined

  /** `serverPid` is asked for the process of a contender's server, if it is one of ours. */
  constructor(private readonly serverPid: (contender: Contender) => number | null) {
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  before(contender: Contender): void {
    let sums = this.#sums.get(contender.name)
    if (!sums) {
      const loop = monitorEventLoopDelay({ resolution: LOOP_TIMER_MS })
      sums = { client: usage(), server: null, networkBytes: null, loop, spans: [] }
      this.#sums.set(contender.name, sums)
    }
    // Calls in process hold the event loop, and its delay would be theirs.
    if (contender.protocol !== null) sums.loop.enable()
    this.#before = this.#snapshot(contender)
  }

  after(contender: Contender): void {
    const after = this.#snapshot(contender)
    const before = this.#before!
    const sums = this.#sums.get(contender.name)!
    sums.loop.disable()
    if (before.client && after.client) add(sums.client, before.client, after.client)
    if (before.server && after.server) {
      sums.server ??= usage()
      add(sums.server, before.server, after.server)
    }
    if (before.network !== null && after.network !== null) {
      sums.networkBytes = (sums.networkBytes ?? 0) + after.network - before.network
    }
    sums.spans.push([before.at, after.at])
  }

  /** The cost of a contender over its rounds; null where this system does not tell. */
  cost(contender: Contender, rounds: readonly Round[]): SystemCost | null {
    const sums = this.#sums.get(contender.name)
    if (!sums || sums.client.threads === 0) return null
    const rows = rounds.reduce((sum, { calls }) => sum + calls, 0) * contender.rowsPerCall
    const perMillion = (value: number) => (value / rows) * 1e6
    const { client, server, networkBytes, loop, spans } = sums
    const pauses = this.#pauses.filter(({ at }) =>
      spans.some(([from, to]) => from <= at && at < to),
    )
    const remote = contender.protocol !== null
    return {
      client: described(client),
      server: server && described(server),
      networkBytes: remote ? networkBytes : 0,
      eventLoopDelayMs: remote
        ? {
            p50: loopDelayMs(loop.percentile(50)),
            p99: loopDelayMs(loop.percentile(99)),
            max: loopDelayMs(loop.max),
          }
        : null,
      gc: { pauses: pauses.length, totalMs: pauses.reduce((sum, { ms }) => sum + ms, 0) },
      perMillionRows: {
        clientCpuSeconds: perMillion(client.cpuNs / 1e9),
        serverCpuSeconds: server && perMillion(server.cpuNs / 1e9),
        networkMb: remote ? networkBytes && perMillion(networkBytes / 1e6) : 0,
      },
    }
  }

  close(): void {
    this.#observer.disconnect()
  }

  #snapshot(contender: Contender): Snapshot {
    const pid = this.serverPid(contender)
    return {
      client: processUsage(process.pid),
      server: pid === null ? null : processUsage(pid),
      network: loopbackBytes(),
      at: performance.now(),
    }
  }
}

/** Node's histogram holds the time between two firings of its timer, the interval included. */
function loopDelayMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - LOOP_TIMER_MS)
}

function usage(): Usage {
  return { cpuNs: 0, mainThreadCpuNs: 0, contextSwitches: 0, rssBytes: 0, threads: 0 }
}

function add(sums: Usage, before: ProcessUsage, after: ProcessUsage): void {
  sums.cpuNs += after.cpuNs - before.cpuNs
  sums.mainThreadCpuNs += after.mainThreadCpuNs - before.mainThreadCpuNs
  sums.contextSwitches += after.contextSwitches - before.contextSwitches
  sums.rssBytes = Math.max(sums.rssBytes, after.rssBytes)
  sums.threads = Math.max(sums.threads, after.threads)
}

function described(sums: Usage): SystemCost['client'] {
  return {
    cpuSeconds: sums.cpuNs / 1e9,
    mainThreadCpuSeconds: sums.mainThreadCpuNs / 1e9,
    contextSwitches: sums.contextSwitches,
    rssMb: sums.rssBytes / 1e6,
    threads: sums.threads,
  }
}
