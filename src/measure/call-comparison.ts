import { NeatronError } from '../errors.js'
import type { BenchOptions } from './bench.js'
import type { ClockCost } from './clock.js'
import type { Contender } from './contender.js'
import { deliverTrace, withdrawTrace } from './contenders/delivery.js'
import { HttpContender } from './contenders/http.js'
import { type ServerAddress, serverContenders } from './contenders/line-up.js'
import { nativeContenders } from './contenders/native.js'
import { onnxContender } from './contenders/onnx.js'
import { referenceContender } from './contenders/reference.js'
import { type Findings, STREAM, uniform } from './findings.js'
import { histogramLog } from './hlog.js'
import { climb } from './ladder.js'
import { measureInRounds, type Round } from './rounds.js'
import { summarize } from './summary.js'
import { SystemSampler } from './system.js'
import type { Trace } from './trace.js'
import { type Verification, verifyOutputs } from './verify.js'

/**
 * Measures every way of answering the trace: checks outputs, warms up, times in rounds, climbs the
 * rate ladder of the first server, which is ours. What was measured when `signal` is aborted stays
 * in `found`.
 */
export async function compareCalls(
  options: BenchOptions,
  trace: Trace,
  clock: ClockCost,
  servers: readonly ServerAddress[],
  found: Findings,
): Promise<void> {
  const { progress, signal } = options
  const contenders: Contender[] = []
  const pids = new Map<Contender, number>()
  const sampler = new SystemSampler((contender) => pids.get(contender) ?? null)
  try {
    await lineUp(options, trace, clock, servers, found, contenders, pids)
    progress.stage('Comparing outputs')
    const verified = await verifyAll(contenders, trace)
    progress.stage('Warming up')
    for (const contender of contenders) {
      if (signal.aborted) return
      await contender.prepare(options.plan.warmUpMs)
    }
    const measured = await measureAll(options, contenders, sampler)
    const random = uniform(options.seed, STREAM.bootstrap)
    for (const [contender, rounds] of measured) {
      if (rounds.length === 0) continue
      const { roundsPerWindow } = options.plan.rounds
      const verification = verified.get(contender)!
      const system = sampler.cost(contender, rounds)
      found.measurements.push(
        summarize({ contender, rounds, roundsPerWindow, verification, system }, random),
      )
      found.logs.set(contender.name, histogramLog(contender, rounds))
    }
    if (!signal.aborted) await climbLadder(options, measured, found)
  } finally {
    sampler.close()
    for (const contender of contenders) await contender.close()
    for (const server of servers) await withdrawTrace(server)
  }
}

/** Fills `contenders`, and `pids` with the server process behind those whose server is a child of ours. */
async function lineUp(
  { plan }: BenchOptions,
  trace: Trace,
  clock: ClockCost,
  servers: readonly ServerAddress[],
  found: Findings,
  contenders: Contender[],
  pids: Map<Contender, number>,
): Promise<void> {
  contenders.push(...nativeContenders(trace, plan.batches, clock))
  contenders.push(referenceContender(trace.champion, trace.inputs, clock))
  for (const rows of [1, ...plan.batches]) {
    contenders.push(await onnxContender(trace.champion, trace.inputs, rows))
  }
  for (const [i, server] of servers.entries()) {
    try {
      const added = serverContenders(await deliverTrace(trace, server), trace, plan.batches)
      contenders.push(...added)
      for (const contender of added) if (server.pid !== null) pids.set(contender, server.pid)
    } catch (error) {
      // Without our own server there is nothing to compare; any other may be missing.
      if (i === 0 || !(error instanceof NeatronError)) throw error
      found.skipped.push({ name: server.url, why: error.message })
    }
  }
}

async function measureAll(
  { plan, seed, progress, signal }: BenchOptions,
  contenders: readonly Contender[],
  sampler: SystemSampler,
): Promise<Map<Contender, Round[]>> {
  progress.stage(`Measuring ${contenders.length} ways to answer a row`)
  const { roundsPerWindow, maxWindows } = plan.rounds
  const total = roundsPerWindow * maxWindows * contenders.length
  let done = 0
  const observer = {
    before: (contender: Contender) => sampler.before(contender),
    after: (contender: Contender) => {
      sampler.after(contender)
      progress.step(++done, total)
    },
  }
  return measureInRounds(contenders, plan.rounds, uniform(seed, STREAM.order), observer, signal)
}

/** Before anything is timed: every contender answers the whole trace, and its answers are compared. */
async function verifyAll(
  contenders: readonly Contender[],
  trace: Trace,
): Promise<Map<Contender, Verification>> {
  const native = new Map<string, Float32Array>()
  for (const contender of contenders) {
    if (contender.mode === 'native' && !native.has(contender.workload)) {
      native.set(contender.workload, await contender.answer())
    }
  }
  const verified = new Map<Contender, Verification>()
  for (const contender of contenders) {
    const answers = await contender.answer()
    const expected = native.get(contender.workload)!
    verified.set(contender, verifyOutputs(answers, expected, trace.champion.outputSize))
  }
  return verified
}

/** Open loop at our server: single calls, whose capacity the closed loop with many in flight gave. */
async function climbLadder(
  { plan, seed, progress, signal }: BenchOptions,
  measured: ReadonlyMap<Contender, readonly Round[]>,
  found: Findings,
): Promise<void> {
  const [many, rounds] = [...measured].find(([{ name }]) => name === 'http-concurrent') ?? []
  if (!(many instanceof HttpContender) || !rounds?.length) return
  const calls = rounds.reduce((sum, round) => sum + round.calls, 0)
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0)
  progress.stage('Climbing the rate ladder')
  const ladder = await climb(many.call, {
    name: 'http-open',
    label: 'HTTP, one row a call',
    rowsPerCall: 1,
    capacity: calls / seconds,
    ...plan.ladder,
    random: uniform(seed, STREAM.arrivals),
    onStep: (rate) => progress.stage(`Climbing the rate ladder: ${rate} calls/s`),
    signal,
  })
  if (ladder.steps.length > 0) found.ladders.push(ladder)
}
