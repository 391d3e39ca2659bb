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

/** What stands around the contenders while they are measured. */
interface Stage {
  readonly options: BenchOptions
  readonly trace: Trace
  readonly own: OwnServer
  readonly echo: Echo
  readonly yardsticks: Yardsticks
  readonly placement: Placement | null
  readonly sampler: SystemSampler
  readonly pids: Pids
}

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
  const { progress, signal } = options
  const stage = await setStage(options, trace, clock, own)
  const { placement, sampler, pids } = stage
  const contenders: Contender[] = []
  const addresses = [own.address, ...others]
  try {
    const ownServer = await lineUp(options, trace, clock, addresses, found, contenders, pids)
    progress.stage('Comparing outputs')
    const verified = await verifyAll(contenders, trace)
    const measured = await measureAll(stage, contenders)
    summarizeAll(stage, measured, verified, found)
    found.othersCpu = sampler.others()
    found.cores = placement?.cores ?? null
    if (!signal.aborted) await climbLadders(options, trace, ownServer, placement, found)
  } finally {
    await placement?.client('free')
    for (const pid of pids.values()) await placement?.freeServer(pid)
    placement?.close()
    sampler.close()
    for (const contender of contenders) await contender.close()
    for (const yardstick of Object.values(stage.yardsticks)) await yardstick.close()
    await stage.echo.close()
    for (const server of addresses) await withdrawTrace(server)
  }
}

async function setStage(
  options: BenchOptions,
  trace: Trace,
  clock: ClockCost,
  own: OwnServer,
): Promise<Stage> {
  const placement = await Placement.open()
  const echo = await Echo.start(trace.outputSize)
  const pids: Pids = new Map()
  const sampler = new SystemSampler(({ server }) =>
    server === null ? null : (pids.get(server) ?? null),
  )
  const yardsticks = { arithmetic: arithmeticYardstick(clock), echo: echoYardstick(echo, trace) }
  return { options, trace, own, echo, yardsticks, placement, sampler, pids }
}

async function measureAll(
  stage: Stage,
  contenders: readonly Contender[],
): Promise<Map<Contender, Round[]>> {
  const { progress, plan, seed, signal } = stage.options
  const all = [...contenders, ...Object.values(stage.yardsticks)]
  progress.stage('Warming up')
  await keepServers(stage)
  await warmUpAll(stage, all)
  progress.stage(`Measuring ${contenders.length} ways to answer a row`)
  const random = uniform(seed, STREAM.order)
  const measured = await measureInRounds(all, plan.rounds, random, observer(stage, all), signal)
  await stage.placement?.client('free')
  return measured
}

function observer(stage: Stage, all: readonly Contender[]): RoundObserver {
  const { placement, sampler, own, echo, trace, options } = stage
  const { roundsPerWindow, maxWindows } = options.plan.rounds
  const total = roundsPerWindow * maxWindows * all.length
  const restarted = all.filter(({ server }) => server === 'neatron' || server === 'echo')
  let done = 0
  return {
    async before(contender) {
      await placement?.client(contender.protocol === null ? 'free' : 'kept')
      sampler.before(contender)
    },
    after(contender, round) {
      sampler.after(contender)
      options.live?.record(contender, round)
      options.progress.step(++done, total)
    },
    // Processes differ in how their memory and their compiled code came to lie. One of them would
    // stand for all; as many as there are windows show how far they differ.
    async betweenWindows() {
      await own.restart()
      await echo.restart()
      await deliverTrace(trace, own.address)
      await keepServers(stage)
      await warmUpAll(stage, restarted)
    },
  }
}

async function keepServers({ own, echo, pids, placement }: Stage): Promise<void> {
  pids.set('neatron', own.address.pid!).set('echo', echo.pid)
  for (const pid of pids.values()) await placement?.keepServer(pid)
}

async function warmUpAll(
  { options, placement }: Stage,
  contenders: readonly Contender[],
): Promise<void> {
  for (const contender of contenders) {
    if (options.signal.aborted) return
    await placement?.client(contender.protocol === null ? 'free' : 'kept')
    await contender.prepare(options.plan.warmUpMs)
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

function summarizeAll(
  { options: { plan, seed }, yardsticks, sampler }: Stage,
  measured: ReadonlyMap<Contender, readonly Round[]>,
  verified: ReadonlyMap<Contender, Verification>,
  found: Findings,
): void {
  const random = uniform(seed, STREAM.bootstrap)
  const { roundsPerWindow } = plan.rounds
  const echo = measured.get(yardsticks.echo)!
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
      summarize({ contender, rounds, echo, roundsPerWindow, verification, system }, random),
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
