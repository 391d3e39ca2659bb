import type { Genome } from '../../genome/genome.js'
import { Population } from '../../genome/population.js'
import type { ClockCost } from '../clock.js'
import { Latencies } from '../latencies.js'
import type { Trace } from '../trace.js'
import { type BlockCalls, BlockContender } from './blocks.js'

/** The native ways of answering a trace: bound, allocating, batches, and a population. */
export function nativeContenders(
  { champion, genomes, inputs, populationInputs }: Trace,
  batches: readonly number[],
  clock: ClockCost,
): BlockContender[] {
  if (champion === null) return []
  const native = { mode: 'native', workload: 'champion' } as const
  const one = [
    new BlockContender(
      { name: 'native-bound', label: 'native, bound call', rowsPerCall: 1, ...native },
      boundCalls(champion, inputs),
      clock,
    ),
    new BlockContender(
      { name: 'native-allocating', label: 'native, allocating call', rowsPerCall: 1, ...native },
      allocatingCalls(champion, inputs),
      clock,
    ),
    ...batches.map(
      (rows) =>
        new BlockContender(
          {
            name: `native-batch-${rows}`,
            label: `native, batch of ${rows}`,
            rowsPerCall: rows,
            ...native,
          },
          batchCalls(champion, inputs, rows),
          clock,
        ),
    ),
  ]
  if (genomes.length === 0) return one
  const population = new BlockContender(
    {
      name: 'native-population',
      label: `native, population of ${genomes.length}`,
      mode: 'native',
      workload: 'population',
      rowsPerCall: genomes.length,
    },
    populationCalls(genomes, populationInputs),
    clock,
  )
  return [...one, population]
}

/**
 * What the bound call's loop costs by itself, in nanoseconds a call: writing a row and reading an
 * output, around a call that does nothing. It is part of the bound call's figures.
 */
export async function measureLoop(trace: Trace, clock: ClockCost): Promise<number> {
  const nothing = {
    name: 'nothing',
    label: 'nothing',
    mode: 'native',
    workload: 'champion',
  } as const
  const calls = loopCalls(trace, trace.inputs, () => () => {})
  const contender = new BlockContender({ ...nothing, rowsPerCall: 1 }, calls, clock)
  await contender.prepare(LOOP_MS)
  const latencies = new Latencies(contender.callsPerSample)
  await contender.run(LOOP_MS, latencies)
  return latencies.percentile(50) ?? latencies.min
}

const LOOP_MS = 20

function boundCalls(genome: Genome, trace: Float32Array): BlockCalls {
  const network = genome.compile()
  return loopCalls(genome, trace, (inputs, outputs) => network.bind(inputs, outputs))
}

/** What a training loop does at a tick: writes a row, calls, reads the answer. */
function loopCalls(
  { inputSize, outputSize }: Pick<Genome, 'inputSize' | 'outputSize'>,
  trace: Float32Array,
  bind: (inputs: Float32Array, outputs: Float32Array) => () => void,
): BlockCalls {
  const inputs = new Float32Array(inputSize)
  const outputs = new Float32Array(outputSize)
  const call = bind(inputs, outputs)
  let at = 0
  const next = () => {
    for (let i = 0; i < inputSize; i++) inputs[i] = trace[at + i]
    call()
    at += inputSize
    if (at === trace.length) at = 0
  }
  const traceRows = trace.length / inputSize
  return {
    traceRows,
    calls(count) {
      let sum = 0
      for (let n = 0; n < count; n++) {
        next()
        sum += outputs[0]
      }
      return sum
    },
    answer() {
      at = 0
      return collect(traceRows, outputs, next)
    },
  }
}

/** The convenient call: checks its row and allocates its answer. */
function allocatingCalls(genome: Genome, trace: Float32Array): BlockCalls {
  const size = genome.inputSize
  const rows = Array.from({ length: trace.length / size }, (_, row) =>
    trace.subarray(row * size, (row + 1) * size),
  )
  let at = 0
  return {
    traceRows: rows.length,
    calls(count) {
      let sum = 0
      for (let n = 0; n < count; n++) {
        sum += genome.feedForward(rows[at])[0]
        if (++at === rows.length) at = 0
      }
      return sum
    },
    answer: () => Float32Array.from(rows.flatMap((row) => [...genome.feedForward(row)])),
  }
}

function batchCalls(genome: Genome, trace: Float32Array, rows: number): BlockCalls {
  const network = genome.compile()
  const width = rows * network.inputSize
  const batches = Array.from({ length: trace.length / width }, (_, i) =>
    trace.subarray(i * width, (i + 1) * width),
  )
  const outputs = new Float32Array(rows * network.outputSize)
  let at = 0
  const next = () => {
    network.feedForwardBatch(batches[at], outputs, rows)
    if (++at === batches.length) at = 0
  }
  return {
    traceRows: batches.length * rows,
    calls(count) {
      let sum = 0
      for (let n = 0; n < count; n++) {
        next()
        sum += outputs[0]
      }
      return sum
    },
    answer() {
      at = 0
      return collect(batches.length, outputs, next)
    },
  }
}

/** Each genome on its own row, one call for all. */
function populationCalls(genomes: readonly Genome[], trace: Float32Array): BlockCalls {
  const population = Population.compile(genomes)
  const { inputs, outputs } = population
  const blocks = Array.from({ length: trace.length / inputs.length }, (_, i) =>
    trace.subarray(i * inputs.length, (i + 1) * inputs.length),
  )
  let at = 0
  const next = () => {
    inputs.set(blocks[at])
    population.feedForward()
    if (++at === blocks.length) at = 0
  }
  return {
    traceRows: blocks.length * genomes.length,
    calls(count) {
      let sum = 0
      for (let n = 0; n < count; n++) {
        next()
        sum += outputs[0]
      }
      return sum
    },
    answer() {
      at = 0
      return collect(blocks.length, outputs, next)
    },
  }
}

/** The outputs after each of `calls` calls, one after the other. */
export function collect(calls: number, outputs: Float32Array, next: () => void): Float32Array {
  const all = new Float32Array(calls * outputs.length)
  for (let n = 0; n < calls; n++) {
    next()
    all.set(outputs, n * outputs.length)
  }
  return all
}
