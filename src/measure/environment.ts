import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { runtimeVersion } from '../onnx/runtime.js'
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
    neatron: packageVersion(),
    simd: widestSimd(),
    onnxruntime: await runtimeVersion().catch(() => null),
    loadAverage: loadavg()[0],
  }
}

/** The widest vector instructions that the processor says it has. */
function widestSimd(): string {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? ''
    return ['avx512f', 'avx2', 'sse2'].find((name) => flags.includes(` ${name}`)) ?? process.arch
  } catch {
    return process.arch
  }
}

function packageVersion(): string {
  const path = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
