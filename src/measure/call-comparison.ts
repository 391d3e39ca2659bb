import { NeatronError } from '../errors.js'
import type { BenchOptions } from './bench.js'
import type { ClockCost } from './clock.js'
import type { Contender } from './contender.js'
import { deliverTrace, withdrawTrace } from './contenders/delivery.js'
import { type Server, type ServerAddress, serverContenders } from './contenders/line-up.js'
import { nativeContenders } from './contenders/native.js'
import { onnxContenders } from './contenders/onnx.js'
import { referenceContender } from './contenders/reference.js'
import { type Findings, STREAM, uniform } from './findings.js'
import { histogramLog } from './hlog.js'
import { climbLadders } from './ladders.js'
import type { OwnServer } from './own-server.js'
import { Placement } from './placement.js'
import { measureInRounds, type Round, type RoundObserver } from './rounds.js'
import { summarize, summarizeYardstick } from './summary.js'
import { SystemSampler } from './system.js'
import type { Trace } from './trace.js'
import { type Verification, verifyOutputs } from './verify.js'
import { arithmeticYardstick, Echo, echoYardstick } from './yardsticks.js'

/** Servers in processes of ours, by name. */
type Pids = Map<string, number>

const YARDSTICKS = ['arithmetic', 'echo'] as const

/** Measured with the contenders, and no contenders themselves. */
type Yardsticks = Readonly<Record<(typeof YARDSTICKS)[number], Contender>>

/**
 * Measures every way of answering the trace: checks outputs, warms up, times in rounds, climbs rate
 * ladders at our server. What was measured when `signal` is aborted stays in `found`.
 */
export async function compareCalls(
  options: BenchOptions,
  trace: Trace,
  clock: ClockCost,
  own: OwnServer,
  others: readonly ServerAddress[],
  found: Findings,
): Promise<void> {
  const { progress, signal, plan } = options
  const placement = await Placement.open()
  const echo = await Echo.start(trace.outputSize)
  const contenders: Contender[] = []
  const yardsticks: Yardsticks = {
    arithmetic: arithmeticYardstick(clock),
    echo: echoYardstick(echo, trace),
  }
  const pids: Pids = new Map()
  const sampler = new SystemSampler(({ server }) =>
    server === null ? null : (pids.get(server) ?? null),
  )
  const addresses = [own.address, ...others]
  const keepServers = async () => {
    pids.set('neatron', own.address.pid!).set('echo', echo.pid)
    for (const pid of pids.values()) await placement?.keepServer(pid)
  }
  try {
    const ownServer = await lineUp(options, trace, clock, addresses, found, contenders, pids)
    progress.stage('Comparing outputs')
    const verified = await verifyAll(contenders, trace)
    progress.stage('Warming up')
    await keepServers()
    const all = [...contenders, ...Object.values(yardsticks)]
    await warmUpAll(all, plan.warmUpMs, placement, signal)
    progress.stage(`Measuring ${contenders.length} ways to answer a row`)
    const { roundsPerWindow, maxWindows } = plan.rounds
    const total = roundsPerWindow * maxWindows * all.length
    let done = 0
    const restarted = all.filter(({ server }) => server === 'neatron' || server === 'echo')
    const observer: RoundObserver = {
      async before(contender) {
        await placement?.client(contender.protocol === null ? 'free' : 'kept')
        sampler.before(contender)
      },
      after(contender, round) {
        sampler.after(contender)
        options.live?.record(contender, round)
        progress.step(++done, total)
      },
      // Processes differ in how their memory and their compiled code came to lie. One of them would
      // stand for all; as many as there are windows show how far they differ.
      async betweenWindows() {
        await own.restart()
        await echo.restart()
        await deliverTrace(trace, own.address)
        await keepServers()
        await warmUpAll(restarted, plan.warmUpMs, placement, signal)
      },
    }
    const measured = await measureInRounds(
      all,
      plan.rounds,
      uniform(options.seed, STREAM.order),
      observer,
      signal,
    )
    await placement?.client('free')
    summarizeAll(options, measured, yardsticks, verified, sampler, found)
    found.othersCpu = sampler.others()
    found.cores = placement?.cores ?? null
    if (!signal.aborted) await climbLadders(options, trace, ownServer, placement, found)
  } finally {
    await placement?.client('free')
    placement?.close()
    sampler.close()
    for (const contender of [...contenders, ...Object.values(yardsticks)]) await contender.close()
    await echo.close()
    for (const server of [own.address, ...others]) await withdrawTrace(server)
  }
}

/**
 * Fills `contenders`, and `pids` with the servers that are children of ours. Gives our own server
 * with the models on it.
 */
async function lineUp(
  { plan }: BenchOptions,
  trace: Trace,
  clock: ClockCost,
  addresses: readonly ServerAddress[],
  found: Findings,
  contenders: Contender[],
  pids: Pids,
): Promise<Server> {
  contenders.push(...nativeContenders(trace, plan.batches, clock))
  if (trace.champion) contenders.push(referenceContender(trace.champion, trace.inputs, clock))
  contenders.push(...(await onnxContenders(trace, plan.batches)))
  let own: Server | undefined
  for (const address of addresses) {
    try {
      const server = await deliverTrace(trace, address)
      own ??= server
      contenders.push(...serverContenders(server, trace, plan.batches))
      if (server.pid !== null) pids.set(server.name, server.pid)
    } catch (error) {
      // Without our own server there is nothing to compare; any other may be missing.
      if (!own || !(error instanceof NeatronError)) throw error
      found.skipped.push({ name: address.url, why: error.message + remedy(error) })
    }
  }
  return own!
}

/** What a user whose server takes no models can do, beside what the error says. */
function remedy({ code }: NeatronError): string {
  if (code !== 'SERVER_CANNOT_LOAD') return ''
  return '; or give the model it serves with --model, and its endpoint as URL (.../infer, .../v2/models/NAME)'
}

async function warmUpAll(
  contenders: readonly Contender[],
  milliseconds: number,
  placement: Placement | null,
  signal: AbortSignal,
): Promise<void> {
  for (const contender of contenders) {
    if (signal.aborted) return
    await placement?.client(contender.protocol === null ? 'free' : 'kept')
    await contender.prepare(milliseconds)
  }
}

function summarizeAll(
  { plan, seed }: BenchOptions,
  measured: ReadonlyMap<Contender, readonly Round[]>,
  yardsticks: Yardsticks,
  verified: ReadonlyMap<Contender, Verification>,
  sampler: SystemSampler,
  found: Findings,
): void {
  const random = uniform(seed, STREAM.bootstrap)
  const { roundsPerWindow } = plan.rounds
  for (const [contender, rounds] of measured) {
    if (rounds.length === 0) continue
    const name = YARDSTICKS.find((one) => yardsticks[one] === contender)
    if (name) {
      found.yardsticks.push(summarizeYardstick(contender, name, rounds, roundsPerWindow, random))
      continue
    }
    const verification = verified.get(contender)!
    const system = sampler.cost(contender, rounds)
    found.measurements.push(
      summarize({ contender, rounds, roundsPerWindow, verification, system }, random),
    )
    found.logs.set(contender.name, histogramLog(contender, rounds))
  }
}

/**
 * Before anything is timed: every contender answers the whole trace, and its answers are compared
 * with those of the first one of its workload: native, or ONNX Runtime where only a model is known.
 */
async function verifyAll(
  contenders: readonly Contender[],
  trace: Trace,
): Promise<Map<Contender, Verification>> {
  const expected = new Map<string, Float32Array>()
  const verified = new Map<Contender, Verification>()
  for (const contender of contenders) {
    const answers = await contender.answer()
    if (!expected.has(contender.workload)) expected.set(contender.workload, answers)
    const reference = expected.get(contender.workload)!
    verified.set(contender, verifyOutputs(answers, reference, trace.outputSize))
  }
  return verified
}
