import { NeatBrain } from '../brain/neat-brain.js'
import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import { evolve } from '../neat/evolve.js'
import { Random } from '../neat/random.js'
import { startServer } from '../serve/child.js'
import { tasks } from '../tasks/index.js'
import { CLOCK_SHARE, type ClockCost, measureClock } from './clock.js'
import type { Contender } from './contender.js'
import { deliverTrace } from './contenders/delivery.js'
import { HttpContender } from './contenders/http.js'
import { type Server, serverContenders } from './contenders/line-up.js'
import { nativeContenders } from './contenders/native.js'
import { onnxContender } from './contenders/onnx.js'
import { referenceContender } from './contenders/reference.js'
import { environment } from './environment.js'
import { histogramLog } from './hlog.js'
import { climb } from './ladder.js'
import type { BenchPlan } from './plan.js'
import type { Ladder, Measurement, Report, Training } from './report-schema.js'
import { measureInRounds, type Round } from './rounds.js'
import type { Uniform } from './statistics.js'
import { summarize } from './summary.js'
import { SystemSampler } from './system.js'
import { randomTrace, type Trace, TraceRecorder } from './trace.js'
import { compareTraining, type TrainingMode } from './training.js'
import { verdict } from './verdict.js'
import { type Verification, verifyOutputs } from './verify.js'

/** What to compare, and how to tell of it. */
export interface BenchOptions {
  readonly plan: BenchPlan
  readonly quick: boolean
  readonly seed: number
  /** As typed, for the report. */
  readonly command: string
  /** Servers of the user's, beside our own. */
  readonly urls: readonly string[]
  /** A genome of the user's own to compare on, instead of an evolved one; nothing is trained then. */
  readonly genome?: { readonly name: string; readonly genome: Genome }
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** Told how far a run is. Called outside of timed regions only. */
export interface Progress {
  stage(text: string): void
  /** A part of the stage: `done` of at most `total` steps. */
  step(done: number, total: number): void
}

/** A report, and each contender's latencies as an HdrHistogram log, by name. */
export interface BenchResult {
  readonly report: Report
  readonly logs: ReadonlyMap<string, string>
}

/** Everything measured so far; an interrupted run is reported with what is here. */
interface Findings {
  measurements: Measurement[]
  training: Training[]
  ladders: Ladder[]
  skipped: Report['skipped']
  logs: Map<string, string>
}

/** Streams of the seed, so that no part of a run changes the numbers of another. */
const STREAM = { trace: 1000, order: 1001, bootstrap: 1002, arrivals: 1003 } as const

/**
 * Compares where inference can run, on this machine, now. The server is a child process of its own
 * and ends with the run. When `signal` is aborted, the result is what was measured until then; null
 * when that is nothing.
 */
export async function runBench(options: BenchOptions): Promise<BenchResult | null> {
  const { seed, signal, progress } = options
  const startedAt = Date.now()
  const machine = await environment()
  const clock = measureClock()
  progress.stage('Recording the trace')
  const trace = await recordTrace(options)
  if (trace === null) return null
  progress.stage('Starting the inference server')
  const server = await startServer({ allowLoad: true, batching: false })
  const found: Findings = {
    measurements: [],
    training: [],
    ladders: [],
    skipped: [],
    logs: new Map(),
  }
  try {
    const own = { url: server.url, token: server.token, prefix: '', suffix: '' }
    await compareCalls(options, trace, clock, own, server.pid, found)
    if (!options.genome && !signal.aborted) await train(options, own, found)
  } catch (error) {
    // A server that the same Ctrl-C reached is no failure of the run.
    if (!signal.aborted) throw error
  } finally {
    await server.close()
  }
  if (found.measurements.length === 0) return null
  const report: Report = {
    format: 'neatron/report',
    version: 1,
    createdAt: new Date(startedAt).toISOString(),
    command: options.command,
    seed,
    quick: options.quick,
    interrupted: signal.aborted,
    durationSeconds: (Date.now() - startedAt) / 1000,
    environment: machine,
    clock: { ...clock, share: CLOCK_SHARE },
    trace: describeTrace(trace),
    measurements: found.measurements,
    training: found.training,
    ladders: found.ladders,
    skipped: found.skipped,
    verdict: decide(found.measurements),
    baseline: null,
  }
  return { report, logs: found.logs }
}

async function recordTrace({ genome, plan, seed, signal }: BenchOptions): Promise<Trace | null> {
  const random = new Random(seed, STREAM.trace)
  if (genome) return randomTrace(`${genome.name}, random rows`, genome.genome, random)
  const task = tasks['cart-pole']
  const recorder = new TraceRecorder(NeatBrain.inProcess(), random)
  const { population, generations } = plan
  const result = await evolve({ task, brain: recorder, population, generations, seed, signal })
  if (result.interrupted) return null
  const solved = result.solved ? 'solved' : 'not solved'
  const source = `${task.name}, ${solved} in generation ${result.generations} from seed ${seed}`
  return recorder.trace(source, result.champion)
}

async function compareCalls(
  { plan, urls, seed, progress, signal }: BenchOptions,
  trace: Trace,
  clock: ClockCost,
  own: Pick<Server, 'url' | 'token' | 'prefix' | 'suffix'>,
  pid: number,
  found: Findings,
): Promise<void> {
  const contenders: Contender[] = [
    ...nativeContenders(trace, plan.batches, clock),
    referenceContender(trace.champion, trace.inputs, clock),
  ]
  const sampler = new SystemSampler((contender) =>
    contender.protocol !== null && !contender.name.startsWith('url-') ? pid : null,
  )
  try {
    for (const rows of [1, ...plan.batches]) {
      contenders.push(await onnxContender(trace.champion, trace.inputs, rows))
    }
    contenders.push(...serverContenders(await deliverTrace(trace, own), trace, plan.batches))
    contenders.push(...(await contendersAt(urls, trace, plan, found)))
    progress.stage('Comparing outputs')
    const verified = await verifyAll(contenders, trace)
    progress.stage('Warming up')
    for (const contender of contenders) {
      if (signal.aborted) return
      await contender.prepare()
    }
    progress.stage(`Measuring ${contenders.length} ways to answer a row`)
    const rounds = plan.rounds.roundsPerWindow * plan.rounds.maxWindows * contenders.length
    let done = 0
    const measured = await measureInRounds(
      contenders,
      plan.rounds,
      uniform(seed, STREAM.order),
      {
        before: (contender) => sampler.before(contender),
        after: (contender) => {
          sampler.after(contender)
          progress.step(++done, rounds)
        },
      },
      signal,
    )
    const random = uniform(seed, STREAM.bootstrap)
    for (const [contender, rounds] of measured) {
      if (rounds.length === 0) continue
      found.measurements.push(
        summarize(
          {
            contender,
            rounds,
            roundsPerWindow: plan.rounds.roundsPerWindow,
            verification: verified.get(contender)!,
            system: sampler.cost(contender, rounds),
          },
          random,
        ),
      )
      found.logs.set(contender.name, histogramLog(contender, rounds))
    }
    if (signal.aborted) return
    await climbAll(contenders, measured, plan, seed, progress, signal, found)
  } finally {
    sampler.close()
    for (const contender of contenders) await contender.close()
  }
}

/** The contenders of servers that are not ours; one that cannot take part is skipped, and says why. */
async function contendersAt(
  urls: readonly string[],
  trace: Trace,
  plan: BenchPlan,
  found: Findings,
): Promise<Contender[]> {
  const contenders: Contender[] = []
  for (const [i, url] of urls.entries()) {
    const names = { url, prefix: `url-${i + 1}-`, suffix: ` (${url})` }
    try {
      const server = await deliverTrace(trace, names)
      contenders.push(...serverContenders(server, trace, plan.batches))
    } catch (error) {
      if (!(error instanceof NeatronError)) throw error
      found.skipped.push({ name: url, why: error.message })
    }
  }
  return contenders
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

/** Open loops at our server: single calls, whose capacity the closed loop with many in flight gave. */
async function climbAll(
  contenders: readonly Contender[],
  measured: ReadonlyMap<Contender, readonly Round[]>,
  plan: BenchPlan,
  seed: number,
  progress: Progress,
  signal: AbortSignal,
  found: Findings,
): Promise<void> {
  const many = contenders.find(({ name }) => name === 'http-concurrent')
  const rounds = many ? measured.get(many)! : []
  if (!(many instanceof HttpContender) || rounds.length === 0) return
  const calls = rounds.reduce((sum, round) => sum + round.calls, 0)
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0)
  progress.stage('Climbing the rate ladder')
  const ladder = await climb(many.call, {
    name: 'http-open',
    label: 'HTTP, one row a call',
    rowsPerCall: 1,
    capacity: calls / seconds,
    millisecondsPerStep: plan.ladderStepMs,
    random: uniform(seed, STREAM.arrivals),
    onStep: (rate) => progress.stage(`Climbing the rate ladder: ${rate} calls/s`),
    signal,
  })
  if (ladder.steps.length > 0) found.ladders.push(ladder)
}

async function train(
  { plan, seed, progress, signal }: BenchOptions,
  { url, token }: Pick<Server, 'url' | 'token'>,
  found: Findings,
): Promise<void> {
  const remote = (batch: number): TrainingMode => ({
    name: `train-remote-${batch}`,
    label: batch === 1 ? 'remote, one row a call' : `remote, batch of ${batch}`,
    mode: 'remote',
    batch,
    brain: NeatBrain.remote({ url, token, batch, signal }),
  })
  const modes: TrainingMode[] = [
    {
      name: 'train-cpu',
      label: 'native, in process',
      mode: 'cpu',
      batch: 1,
      brain: NeatBrain.inProcess(),
    },
    ...[1, plan.batches[0], plan.population].map(remote),
  ]
  try {
    const { population, generations, trainingSeconds } = plan
    found.training = await compareTraining(
      modes,
      { task: tasks['cart-pole'], population, generations, seed, seconds: trainingSeconds },
      uniform(seed, STREAM.bootstrap),
      ({ label }, repeat) => {
        progress.stage(repeat === 0 ? `Training: ${label}` : 'Repeating sessions too short to time')
      },
      signal,
    )
  } finally {
    for (const { brain } of modes) await brain.close()
  }
}

function decide(measurements: readonly Measurement[]): Report['verdict'] {
  const { reasons, wouldChange, ...rest } = verdict(
    measurements
      .filter(({ workload }) => workload === 'champion')
      .map(({ callNs, invalid, ...row }) => ({
        ...row,
        p50Ns: callNs.p50,
        p99Ns: callNs.p99,
        valid: invalid.length === 0,
      })),
  )
  return { ...rest, reasons: [...reasons], wouldChange: [...wouldChange] }
}

function describeTrace({ source, champion, genomes, inputs }: Trace): Report['trace'] {
  return {
    source,
    rows: inputs.length / champion.inputSize,
    inputs: champion.inputSize,
    outputs: champion.outputSize,
    population: genomes.length,
    nodes: champion.nodeCount,
    connections: champion.connectionCount,
  }
}

function uniform(seed: number, purpose: number): Uniform {
  const random = new Random(seed, purpose)
  return () => random.next()
}
