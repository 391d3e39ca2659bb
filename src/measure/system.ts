import { type IntervalHistogram, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import type { Contender } from './contender.js'
import {
  loopbackBytes,
  machineBusyNs,
  othersShare,
  type ProcessUsage,
  processUsage,
} from './process-usage.js'
import type { SystemCost } from './report-schema.js'
import type { Round } from './rounds.js'

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
  contextSwitches: number
  rssBytes: number
  /** CPU time by thread: its name, and which of that name it is. */
  readonly threads: Map<string, number>
  mostThreads: number
}

interface Snapshot {
  readonly client: ProcessUsage | null
  readonly server: ProcessUsage | null
  readonly network: number | null
  readonly busyNs: number | null
  readonly at: number
}

/**
 * Watches what client and server take while each contender has its share of a round. Reading /proc
 * happens before and after a share, outside what is timed.
 */
export class SystemSampler {
  readonly #sums = new Map<string, Sums>()
  readonly #pauses: { at: number; ms: number }[] = []
  readonly #observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      this.#pauses.push({ at: startTime, ms: duration })
    }
  })
  #before: Snapshot | undefined
  /** Of all shares in which whatever takes part is known: the machine's time, and ours in it. */
  readonly #machine = { busyNs: 0, ownNs: 0, elapsedMs: 0 }

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
    this.#addMachine(contender, before, after)
  }

  /** Share of the machine that other programs took while calls were measured; null where unknown. */
  others(): number | null {
    const { busyNs, ownNs, elapsedMs } = this.#machine
    return elapsedMs === 0 ? null : othersShare(busyNs, ownNs, elapsedMs)
  }

  /** The cost of a contender over its rounds; null where this system does not tell. */
  cost(contender: Contender, rounds: readonly Round[]): SystemCost | null {
    const sums = this.#sums.get(contender.name)
    if (!sums || sums.client.mostThreads === 0) return null
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

  /** A server of the user's may run here too, and would be taken for others. */
  #addMachine({ protocol }: Contender, before: Snapshot, after: Snapshot): void {
    if (before.busyNs === null || after.busyNs === null) return
    if (!before.client || !after.client) return
    let own = after.client.cpuNs - before.client.cpuNs
    if (protocol !== null) {
      if (!before.server || !after.server) return
      own += after.server.cpuNs - before.server.cpuNs
    }
    this.#machine.busyNs += after.busyNs - before.busyNs
    this.#machine.ownNs += own
    this.#machine.elapsedMs += after.at - before.at
  }

  #snapshot(contender: Contender): Snapshot {
    const pid = this.serverPid(contender)
    return {
      client: processUsage(process.pid),
      server: pid === null ? null : processUsage(pid),
      network: loopbackBytes(),
      busyNs: machineBusyNs(),
      at: performance.now(),
    }
  }
}

/** Node's histogram holds the time between two firings of its timer, the interval included. */
function loopDelayMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - LOOP_TIMER_MS)
}

function usage(): Usage {
  return { cpuNs: 0, contextSwitches: 0, rssBytes: 0, threads: new Map(), mostThreads: 0 }
}

function add(sums: Usage, before: ProcessUsage, after: ProcessUsage): void {
  sums.cpuNs += after.cpuNs - before.cpuNs
  sums.contextSwitches += after.contextSwitches - before.contextSwitches
  sums.rssBytes = Math.max(sums.rssBytes, after.rssBytes)
  sums.mostThreads = Math.max(sums.mostThreads, after.threads.size)
  const seen = new Map<string, number>()
  for (const [id, { name, cpuNs }] of after.threads) {
    const number = (seen.get(name) ?? 0) + 1
    seen.set(name, number)
    const key = name === 'main' ? name : `${name} ${number}`
    const used = cpuNs - (before.threads.get(id)?.cpuNs ?? 0)
    if (used > 0) sums.threads.set(key, (sums.threads.get(key) ?? 0) + used)
  }
}

function described(sums: Usage): SystemCost['client'] {
  return {
    cpuSeconds: sums.cpuNs / 1e9,
    threads: [...sums.threads]
      .map(([name, cpuNs]) => ({ name, cpuSeconds: cpuNs / 1e9 }))
      .sort((a, b) => b.cpuSeconds - a.cpuSeconds),
    threadCount: sums.mostThreads,
    contextSwitches: sums.contextSwitches,
    rssMb: sums.rssBytes / 1e6,
  }
}
