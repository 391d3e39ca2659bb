import { cpus, release, totalmem, type } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { simd } from '../native/addon.js'
import { runtimeVersion } from '../onnx/runtime.js'
import { VERSION } from '../version.js'
import { machineBusyNs, othersShare, processUsage } from './process-usage.js'
import type { Environment } from './report-schema.js'

/** The machine and the versions that a run's figures belong to. */
export type Machine = Omit<Environment, 'othersCpu' | 'placement'>

/** What the machine is, and what runs on it. */
export async function machine(): Promise<Machine> {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? process.arch,
    cores: processors.length,
    memoryGb: totalmem() / 1e9,
    os: `${type()} ${release()} ${process.arch}`,
    node: process.version,
    neatron: VERSION,
    simd: simd(),
    onnxruntime: await runtimeVersion().catch(() => null),
  }
}

/** Long enough for a hundred ticks of the kernel's count on each core. */
const LOOK_MS = 1000

/** Share of all cores that other programs take at this moment; null where the system does not tell. */
export async function othersNow(): Promise<number | null> {
  const look = () => ({
    busy: machineBusyNs(),
    own: processUsage(process.pid)?.cpuNs,
    at: performance.now(),
  })
  const before = look()
  await sleep(LOOK_MS)
  const after = look()
  if (before.busy === null || after.busy === null) return null
  if (before.own === undefined || after.own === undefined) return null
  return othersShare(after.busy - before.busy, after.own - before.own, after.at - before.at)
}
