import type { Measurement, Report, SystemCost, Training } from '#src/measure/report-schema.js'
import { verdict } from '#src/measure/verdict.js'

const around = (value: number, spread = 0.04) => ({
  value,
  low: value * (1 - spread),
  high: value * (1 + spread),
})

const system: SystemCost = {
  client: {
    cpuSeconds: 2,
    threads: [
      { name: 'main', cpuSeconds: 1.8 },
      { name: 'node 1', cpuSeconds: 0.2 },
    ],
    threadCount: 11,
    contextSwitches: 1234,
    rssMb: 120,
  },
  server: {
    cpuSeconds: 1.5,
    threads: [{ name: 'main', cpuSeconds: 1.2 }],
    threadCount: 13,
    contextSwitches: 2345,
    rssMb: 140,
  },
  networkBytes: 1e6,
  eventLoopDelayMs: { p50: 1.1, p99: 2.2, max: 9 },
  gc: { pauses: 12, totalMs: 15 },
  perMillionRows: { clientCpuSeconds: 60, serverCpuSeconds: 50, networkMb: 900 },
}

function measurement(
  name: string,
  mode: Measurement['mode'],
  rowsPerCall: number,
  rowUs: number,
  more: Partial<Measurement> = {},
): Measurement {
  const rowNs = around(rowUs * 1000)
  const callNs = rowNs.value * rowsPerCall
  return {
    name,
    label: `${name} <&">`,
    mode,
    workload: 'champion',
    server: mode === 'native' || mode === 'in process' ? null : 'neatron',
    protocol: mode === 'native' || mode === 'in process' ? null : 'json',
    rowsPerCall,
    inFlight: mode === 'concurrent' ? 32 : 1,
    callsPerSample: mode === 'native' ? 30 : 1,
    rounds: 12,
    calls: 20_000,
    samples: 20_000,
    seconds: 2,
    rows: { asked: 25_000, answered: 25_000, inferCount: 25_000 },
    callNs: {
      p50: around(callNs),
      p95: around(callNs * 1.3),
      p99: around(callNs * 1.8),
      p999: null,
      max: { value: callNs * 9, low: callNs * 5, high: callNs * 9 },
    },
    overEcho:
      mode === 'single' || mode === 'batch'
        ? { p50Ns: around(callNs - 120_000, 0.02), meanNs: around(callNs - 130_000) }
        : null,
    rowNs,
    rowsPerSecond: around(1e9 / rowNs.value),
    curve: [
      [0, callNs * 0.9],
      [50, callNs],
      [99, callNs * 1.8],
    ],
    windows: [],
    outlierRounds: 1,
    unstable: null,
    invalid: [],
    verified: { rows: 4096, worst: 2e-7, limit: 1e-5 },
    system,
    ...more,
  }
}

function training(name: string, batch: number, speed: number): Training {
  return {
    name,
    label: name,
    mode: batch === 0 ? 'cpu' : 'remote',
    batch: Math.max(1, batch),
    generations: 3,
    repeats: batch === 1 ? 1 : 4,
    seconds: 3 / speed,
    gensPerSec: around(speed),
    evaluations: 450,
    bestFitness: 500,
    simTickUs: { p50: 20, p95: 40, p99: 80 },
    inference: { count: 63_000, totalMs: 12, share: 0.2, remoteMs: null },
    http: batch === 0 ? null : { requests: 63_000 / batch, totalMs: 11 },
    rows: { asked: 63_000, answered: 63_000, inferCount: 63_000 },
    timeline: [0, 1, 2].map((generation) => ({
      generation,
      seconds: 1 / speed,
      bestFitness: 100 + generation,
      inferenceMs: 4,
      callUs: { p50: 1, p95: 2, p99: 3 },
    })),
    champion: { sameAsNative: true, solved: true, passed: 100, episodes: 100 },
    invalid: [],
  }
}

const measurements = [
  measurement('native-bound', 'native', 1, 0.1),
  measurement('native-batch-64', 'native', 64, 0.01),
  measurement('onnx-batch-1', 'in process', 1, 9, { unstable: 'p99 differs by 20 %' }),
  measurement('http-single', 'single', 1, 180),
  measurement('http-concurrent', 'concurrent', 1, 90),
  measurement('http-batch-8-json', 'batch', 8, 30),
  measurement('http-batch-64-json', 'batch', 64, 6, {
    invalid: [{ rule: 'ROWS_AGREE', text: '1 row asked, none answered' }],
  }),
  measurement('native-population', 'native', 150, 0.05, { workload: 'population' }),
]

/** A report with something in every part of it. */
export const sample: Report = {
  format: 'neatron/report',
  version: 1,
  createdAt: '2026-01-02T03:04:05.678Z',
  command: 'neatron bench --quick',
  seed: 1,
  quick: true,
  interrupted: false,
  durationSeconds: 61,
  environment: {
    cpu: 'Some CPU | with <odd> name',
    cores: 2,
    memoryGb: 16,
    os: 'Linux 6 x64',
    node: 'v20.20.0',
    neatron: '0.1.0',
    simd: 'avx2',
    onnxruntime: null,
    othersCpu: { before: 0.01, during: 0.02 },
    placement: { client: 0, server: 1 },
  },
  clock: { overheadNs: 40, resolutionNs: 1, share: 0.02, loopNs: 3 },
  trace: {
    source: 'cart-pole',
    rows: 4096,
    inputs: 4,
    outputs: 1,
    population: 150,
    nodes: 7,
    connections: 9,
  },
  measurements,
  yardsticks: [
    { name: 'arithmetic', label: 'arithmetic', p50Ns: around(9000, 0.01), meanNs: around(9100) },
    { name: 'echo', label: 'HTTP echo', p50Ns: around(120_000, 0.01), meanNs: around(130_000) },
  ],
  training: [
    training('native', 0, 120),
    training('remote, one row a call', 1, 0.4),
    training('remote, batch of 8', 8, 3),
  ],
  ladders: [
    {
      name: 'http-open',
      label: 'HTTP, one row a call',
      rowsPerCall: 1,
      boundMs: 5,
      highestRate: 4000,
      knee: 6000,
      steps: [1000, 2000, 4000, 6000].map((rate) => ({
        rate,
        achieved: Math.min(rate, 5500),
        callNs: { p50: 2e5 + rate * 10, p99: 4e5 + rate * 200, p999: null, max: 5e6 },
        keepsUp: rate < 5500,
      })),
    },
  ],
  skipped: [{ name: 'http://nowhere', why: 'cannot be reached' }],
  verdict: (() => {
    const { reasons, wouldChange, ...rest } = verdict(
      measurements.map((row) => ({
        ...row,
        p50Ns: row.callNs.p50,
        p99Ns: row.callNs.p99,
        valid: row.invalid.length === 0,
      })),
    )
    return { ...rest, reasons: [...reasons], wouldChange: [...wouldChange] }
  })(),
  baseline: {
    name: 'main',
    createdAt: '2026-01-01T00:00:00.000Z',
    machine: [{ name: 'echo', change: { value: 0.03, low: 0.01, high: 0.05 } }],
    comparisons: [
      {
        name: 'http-single',
        figure: 'rowNs',
        before: around(180_000),
        now: around(216_000),
        change: { value: 0.2, low: 0.15, high: 0.25 },
        verdict: 'worse',
      },
    ],
  },
}
