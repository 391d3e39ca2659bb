import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** What a process has used since it began. */
export interface ProcessUsage {
  readonly cpuNs: number
  /** CPU time of each thread, by its id; the main thread's is the process's. */
  readonly threads: ReadonlyMap<number, ThreadUsage>
  readonly contextSwitches: number
  readonly rssBytes: number
}

/** What a thread has used since it began. */
export interface ThreadUsage {
  /** As the thread calls itself; `main` for the first. */
  readonly name: string
  readonly cpuNs: number
}

/**
 * Reads a process's usage from /proc, thread by thread: `schedstat` counts CPU time to the
 * nanosecond, where `stat` has ticks of 10 ms. Threads that have ended are not in it. Null where
 * there is no such process or no /proc.
 */
export function processUsage(pid: number): ProcessUsage | null {
  try {
    const threads = new Map<number, ThreadUsage>()
    let cpuNs = 0
    let contextSwitches = 0
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const path = `/proc/${pid}/task/${task}`
      const ns = Number(readFileSync(`${path}/schedstat`, 'utf8').split(' ', 1)[0])
      const status = readFileSync(`${path}/status`, 'utf8')
      const name = /^Name:\s+(.*)$/m.exec(status)?.[1] ?? ''
      threads.set(Number(task), { name: task === String(pid) ? 'main' : name, cpuNs: ns })
      cpuNs += ns
      contextSwitches += switches(status)
    }
    const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return { cpuNs, threads, contextSwitches, rssBytes: Number(rss?.[1] ?? 0) * 1024 }
  } catch {
    // The process or one of its threads ended in between, or this system has no /proc.
    return null
  }
}

function switches(status: string): number {
  const counts = status.matchAll(/^(?:non)?voluntary_ctxt_switches:\s+(\d+)$/gm)
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Bytes that the loopback interface has carried, each counted once; null where it is not told. */
export function loopbackBytes(): number | null {
  try {
    const line = /^\s*lo:\s*(\d+)/m.exec(readFileSync('/proc/net/dev', 'utf8'))
    return line ? Number(line[1]) : null
  } catch {
    return null
  }
}

/** /proc/stat counts in hundredths of a second on every Linux that Node runs on. */
const TICK_NS = 1e7

/**
 * CPU time that all processors together have been kept busy since the start of the system, by
 * whomever, in nanoseconds; time that the host took from a virtual machine counts as busy. Null
 * where it is not told.
 */
export function machineBusyNs(): number | null {
  try {
    const line = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))
    if (!line) return null
    const [user, nice, system, , , irq, softirq, steal] = line[1].split(' ').map(Number)
    return (user + nice + system + irq + softirq + (steal || 0)) * TICK_NS
  } catch {
    return null
  }
}

/** Share of all processors' time that others than the processes `own` took. */
export function othersShare(busyNs: number, ownNs: number, elapsedMs: number): number {
  return Math.max(0, (busyNs - ownNs) / (elapsedMs * 1e6 * cpus().length))
}
