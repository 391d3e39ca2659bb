import { readdirSync, readFileSync } from 'node:fs'

/** What a process has used since it began. */
export interface ProcessUsage {
  readonly cpuNs: number
  readonly mainThreadCpuNs: number
  readonly contextSwitches: number
  readonly rssBytes: number
  readonly threads: number
}

/**
 * Reads a process's usage from /proc, thread by thread: `schedstat` counts CPU time to the
 * nanosecond, where `stat` has ticks of 10 ms. Threads that have ended are not in it. Null where
 * there is no such process or no /proc.
 */
export function processUsage(pid: number): ProcessUsage | null {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    let cpuNs = 0
    let mainThreadCpuNs = 0
    let contextSwitches = 0
    for (const task of tasks) {
      const path = `/proc/${pid}/task/${task}`
      const ns = Number(readFileSync(`${path}/schedstat`, 'utf8').split(' ', 1)[0])
      cpuNs += ns
      if (task === String(pid)) mainThreadCpuNs = ns
      contextSwitches += switches(readFileSync(`${path}/status`, 'utf8'))
    }
    const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    const rssBytes = Number(rss?.[1] ?? 0) * 1024
    return { cpuNs, mainThreadCpuNs, contextSwitches, rssBytes, threads: tasks.length }
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
