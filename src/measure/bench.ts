import { NeatBrain } from '../brain/neat-brain.js'
import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import { evolve } from '../neat/evolve.js'
import { Random } from '../neat/random.js'
import { tasks } from '../tasks/index.js'
import { compareCalls } from './call-comparison.js'
import { CLOCK_SHARE, measureClock } from './clock.js'
import type { ServerAddress } from './contenders/line-up.js'
import { measureLoop } from './contenders/native.js'
import { parseEndpoint } from './endpoint.js'
import { machine, othersNow } from './environment.js'
import { type Findings, STREAM, uniform } from './findings.js'
import type { LiveMetrics } from './live-metrics.js'
import { OwnServer } from './own-server.js'
import type { BenchPlan } from './plan.js'
import { type PythonServer, startPythonServer } from './python-server.js'
import type { Report } from './report-schema.js'
import { type KnownModel, modelTrace, randomTrace, type Trace, TraceRecorder } from './trace.js'
import { compareTraining, type TrainingMode } from './training.js'
import { verdict } from './verdict.js'

/** What to compare, and how to tell of it. */
export interface BenchOptions {
  readonly plan: BenchPlan
  readonly quick: boolean
  readonly seed: number
  /** As typed, for the report. */
  readonly command: string
  /** Servers of the user's, beside our own. */
  readonly urls: readonly string[]
  /** Sent to these as bearer token. */
  readonly token?: string
  /** Whether to start and compare the Python service too. */
  readonly python: boolean
  /** What to compare on instead of an evolved champion; nothing is trained then. */
  readonly subject?: Subject
  /** Told of every round, for whoever watches. */
  readonly live?: LiveMetrics
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** A network of the user's own, or several as a population, or a model whose genomes are not known. */
export type Subject =
  | { readonly name: string; readonly genomes: readonly [Genome, ...Genome[]] }
  | { readonly name: string; readonly model: KnownModel }

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

/**
 * Compares where inference can run, on this machine, now. The server is a child process of its own
 * and ends with the run. When `signal` is aborted, the result is what was measured until then; null
 * when that is nothing.
 *
 * @throws NeatronError `USAGE` when a URL names an endpoint that serves a model, and no subject says
 *   which
 */
export async function runBench(options: BenchOptions): Promise<BenchResult | null> {
  const { seed, signal, progress } = options
  checkUrls(options)
  const startedAt = Date.now()
  progress.stage('Looking at the machine')
  const before = await othersNow()
  const known = await machine()
  const clock = measureClock()
  progress.stage('Recording the trace')
  const trace = await recordTrace(options)
  if (trace === null) return null
  const loopNs = await measureLoop(trace, clock)
  progress.stage('Starting the inference server')
  const own = await OwnServer.start()
  const found: Findings = {
    measurements: [],
    training: [],
    ladders: [],
    yardsticks: [],
    skipped: [],
    othersCpu: null,
    cores: null,
    logs: new Map(),
  }
  const python = options.python ? await pythonServer(progress, found) : null
  try {
    options.live?.watch('server', () => own.address.pid)
    const others = [...(python ? [pythonAddress(python)] : []), ...usersServers(options)]
    await compareCalls(options, trace, clock, own, others, found)
    if (!options.subject && !signal.aborted) await train(options, own.address, found)
  } catch (error) {
    // Calls that the abort cut off have failed, but not the run.
    if (!signal.aborted) throw error
  } finally {
    await Promise.all([own.close(), python?.close()])
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
    environment: {
      ...known,
      othersCpu: { before, during: found.othersCpu },
      placement: found.cores,
    },
    clock: { ...clock, share: CLOCK_SHARE, loopNs },
    trace: describeTrace(trace),
    measurements: found.measurements,
    yardsticks: found.yardsticks,
    training: found.training,
    ladders: found.ladders,
    skipped: found.skipped,
    verdict: decide(found),
    baseline: null,
  }
  return { report, logs: found.logs }
}

/** Whoever names an endpoint has to say what is served there, or outputs could not be compared. */
function checkUrls({ urls, subject }: BenchOptions): void {
  const endpoint = urls.find((url) => parseEndpoint(url).kind !== 'server')
  if (subject || endpoint === undefined) return
  throw new NeatronError(
    'USAGE',
    `${endpoint} serves a model of its own: give the same model with --model, or the URL of a server that can load one.`,
  )
}

async function recordTrace({ subject, plan, seed, signal }: BenchOptions): Promise<Trace | null> {
  const random = new Random(seed, STREAM.trace)
  const { traceRows, population, generations } = plan
  if (subject) {
    const source = `${subject.name}, random rows`
    return 'model' in subject
      ? modelTrace(source, subject.model, traceRows, random)
      : randomTrace(source, subject.genomes, traceRows, random)
  }
  const task = tasks['cart-pole']
  const recorder = new TraceRecorder(NeatBrain.inProcess(), random)
  const result = await evolve({ task, brain: recorder, population, generations, seed, signal })
  if (result.interrupted) return null
  const solved = result.solved ? 'solved' : 'not solved'
  const source = `${task.name}, ${solved} in generation ${result.generations} from seed ${seed}`
  return recorder.trace(source, result.champion, traceRows)
}

/** Null, and noted as skipped, where it cannot be started. */
async function pythonServer(progress: Progress, found: Findings): Promise<PythonServer | null> {
  progress.stage('Starting the Python service')
  try {
    return await startPythonServer()
  } catch (error) {
    if (!(error instanceof NeatronError)) throw error
    found.skipped.push({ name: 'Python service', why: error.message })
    return null
  }
}

function pythonAddress({ url, pid }: PythonServer): ServerAddress {
  return { name: 'python', url, pid, prefix: 'python-', suffix: ' (Python)' }
}

/** The servers of the user's. */
function usersServers({ urls, token }: BenchOptions): ServerAddress[] {
  return urls.map((url, i) => ({
    name: url,
    url,
    token,
    pid: null,
    prefix: `url-${i + 1}-`,
    suffix: ` (${url})`,
  }))
}

async function train(
  { plan, seed, progress, signal }: BenchOptions,
  { url, token }: ServerAddress,
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
    const { population, generations, trainingRows, trainingSeconds } = plan
    found.training = await compareTraining(
      modes,
      {
        ...{ task: tasks['cart-pole'], population, generations, seed },
        rows: trainingRows,
        seconds: trainingSeconds,
      },
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

/** One server is judged, the one with the cheapest row, or its figures would answer for another's. */
function decide({ measurements, training }: Findings): Report['verdict'] {
  const champion = measurements.filter(({ workload }) => workload === 'champion')
  const [best] = champion
    .filter(({ server, invalid }) => server !== null && invalid.length === 0)
    .sort((a, b) => a.rowNs.value - b.rowNs.value)
  const { reasons, wouldChange, ...rest } = verdict(
    champion
      .filter(({ server }) => server === null || server === best?.server)
      .map(({ callNs, invalid, ...row }) => ({
        ...row,
        p50Ns: callNs.p50,
        p99Ns: callNs.p99,
        valid: invalid.length === 0,
      })),
    training.map(({ invalid, ...session }) => ({ ...session, valid: invalid.length === 0 })),
  )
  return { ...rest, reasons: [...reasons], wouldChange: [...wouldChange] }
}

function describeTrace(trace: Trace): Report['trace'] {
  const { source, champion, inputSize, outputSize, populationSize, inputs } = trace
  return {
    source,
    rows: inputs.length / inputSize,
    inputs: inputSize,
    outputs: outputSize,
    population: populationSize,
    nodes: champion?.nodeCount ?? null,
    connections: champion?.connectionCount ?? null,
  }
}
