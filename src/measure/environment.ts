import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { simd } from '../native/addon.js'
import { runtimeVersion } from '../onnx/runtime.js'
import { VERSION } from '../version.js'
import type { Environment } from './report-schema.js'

/** The machine and the versions that a run's figures belong to. Take it before the run: it has the load. */
export async function environment(): Promise<Environment> {
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
    loadAverage: loadavg()[0],
  }
}
