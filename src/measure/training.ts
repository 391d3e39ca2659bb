import { performance } from 'node:perf_hooks'
import type { NeatBrain } from '../brain/neat-brain.js'
import type { GenerationInference } from '../brain/recorder.js'
import type { Genome } from '../genome/genome.js'
import { evolve } from '../neat/evolve.js'
import type { GenerationReport } from '../neat/report.js'
import type { EvolveResult } from '../neat/run.js'
import type { Task } from '../tasks/task.js'
import { Latencies } from './latencies.js'
import type { Training } from './report-schema.js'
import { bootstrap, type Uniform } from './statistics.js'

/** The session that every mode runs: the same work, as far as rounding does not part them. */
export interface TrainingPlan {
  readonly task: Task
  readonly population: number
  /** At most; a session ends sooner when the task is solved. */
  readonly generations: number
  /** Generations that would bring a session beyond so many rows are left out; one always stays. */
  readonly rows: number
  readonly seed: number
  /** A session is repeated until it has taken this long in all. */
  readonly seconds: number
}

/** A mode of training. */
export interface TrainingMode {
  readonly name: string
  readonly label: string
  readonly mode: 'cpu' | 'remote'
  /** Rows a request; 1 in process, where a tick is one call. */
  readonly batch: number
  readonly brain: NeatBrain
}

/** One run of the session. */
interface Session {
  readonly result: EvolveResult
  readonly seconds: number
  readonly askedRows: number
  readonly rowsByGeneration: readonly number[]
  readonly timeline: Training['timeline']
  readonly inference: readonly GenerationInference[]
}

const MOST_REPEATS = 50

/**
 * Trains in every mode, with the same seed, in turns: each mode once, then again those whose
 * sessions have not yet taken long enough to be timed. The first in-process session is thrown away:
 * it compiles JavaScript that all modes use, and tells how many rows each generation asks. Stops between sessions when `signal` is aborted.
 */
export async function compareTraining(
  modes: readonly TrainingMode[],
  plan: TrainingPlan,
  random: Uniform,
  onSession: (mode: TrainingMode, repeat: number) => void,
  signal?: AbortSignal,
): Promise<Training[]> {
  const inProcess = modes.find(({ mode }) => mode === 'cpu')
  const runs = modes.map((mode) => ({ mode, sessions: [] as Session[], ticks: new Latencies() }))
  const begun = inProcess ? await session(inProcess, plan, new Latencies(), signal) : null
  const limited = { ...plan, generations: withinRows(begun, plan) }
  for (let repeat = 0; repeat < MOST_REPEATS; repeat++) {
    const due = runs.filter(
      ({ sessions }) => sessions.length === 0 || spent(sessions) < plan.seconds,
    )
    for (const { mode, sessions, ticks } of due) {
      if (signal?.aborted) break
      onSession(mode, sessions.length)
      const one = await session(mode, limited, ticks, signal)
      if (one) sessions.push(one)
    }
  }
  const reference = runs.find(({ mode }) => mode === inProcess)?.sessions[0]?.result.champion
  return runs.flatMap(({ mode, sessions, ticks }) =>
    sessions.length > 0 ? [summarize(mode, sessions, ticks, plan.task, reference, random)] : [],
  )
}

/** How many generations of a session stay within the rows that the plan allows. */
function withinRows(session: Session | null, { generations, rows }: TrainingPlan): number {
  if (session === null) return generations
  let sum = 0
  const over = session.rowsByGeneration.findIndex((count) => {
    sum += count
    return sum > rows
  })
  return over === -1 ? generations : Math.max(1, over)
}

function spent(sessions: readonly Session[]): number {
  return sessions.reduce((sum, { seconds }) => sum + seconds, 0)
}

/** Null when `signal` ended it. */
async function session(
  { brain }: TrainingMode,
  { task, population, generations, seed }: TrainingPlan,
  ticks: Latencies,
  signal: AbortSignal | undefined,
): Promise<Session | null> {
  let askedRows = 0
  const timeline: Session['timeline'] = []
  const inference: GenerationInference[] = []
  const rowsByGeneration: number[] = []
  brain.takeGeneration()
  const before = performance.now()
  const result = await evolve({
    ...{ task, brain, population, generations, seed, signal },
    onTick({ rows, simulationNs, inferenceNs }) {
      askedRows += rows
      ticks.record(simulationNs + inferenceNs)
    },
    onGeneration(report) {
      const taken = brain.takeGeneration()
      rowsByGeneration.push(report.rows)
      inference.push(taken)
      timeline.push(describe(report, taken))
    },
  })
  if (result.interrupted) return null
  const seconds = (performance.now() - before) / 1000
  return { result, seconds, askedRows, rowsByGeneration, timeline, inference }
}

function describe(
  { generation, bestFitness, times }: GenerationReport,
  { inferTimeNs, histogram: { call } }: GenerationInference,
): Training['timeline'][number] {
  const { load, evaluate, test, reproduce } = times
  return {
    generation,
    bestFitness,
    seconds: (load + evaluate + test + reproduce) / 1000,
    inferenceMs: inferTimeNs / 1e6,
    callUs: { p50: call.p50 / 1000, p95: call.p95 / 1000, p99: call.p99 / 1000 },
  }
}

function summarize(
  { name, label, mode, batch }: TrainingMode,
  sessions: readonly Session[],
  ticks: Latencies,
  task: Task,
  reference: Genome | undefined,
  random: Uniform,
): Training {
  const inference = sessions.flatMap((one) => one.inference)
  const sum = (of: (part: GenerationInference) => number) =>
    inference.reduce((total, part) => total + of(part), 0)
  const repeats = sessions.length
  const last = sessions[repeats - 1]
  const { champion, generations, evaluations, fitness, solved } = last.result
  const seconds = spent(sessions)
  const rows = {
    asked: sessions.reduce((total, { askedRows }) => total + askedRows, 0),
    answered: sum((part) => part.rows),
    inferCount: sum((part) => part.inferCount),
  }
  const inferenceNs = sum((part) => part.inferTimeNs)
  const remote = inference.map((part) => part.remoteInferNs)
  const tested = task.test?.(champion) ?? { solved, passed: Number(solved), episodes: 1 }
  return {
    ...{ name, label, mode, batch, generations, repeats, evaluations, rows },
    seconds: seconds / repeats,
    gensPerSec: bootstrap(repeats, speed(sessions), { random }),
    bestFitness: fitness,
    simTickUs: tickPercentiles(ticks),
    inference: {
      count: Math.round(rows.inferCount / repeats),
      totalMs: inferenceNs / 1e6 / repeats,
      share: inferenceNs / 1e9 / seconds,
      remoteMs: remote.includes(null)
        ? null
        : remote.reduce<number>((total, ns) => total + (ns ?? 0), 0) / 1e6 / repeats,
    },
    http:
      mode === 'cpu'
        ? null
        : {
            requests: sum((part) => part.requests) / repeats,
            totalMs: sum((part) => part.httpTimeNs) / 1e6 / repeats,
          },
    timeline: last.timeline,
    champion: {
      sameAsNative: reference !== undefined && sameGenome(champion, reference),
      ...tested,
    },
    invalid: failures(rows),
  }
}

/** Generations of the drawn sessions over their time. */
function speed(sessions: readonly Session[]): (weights: Uint32Array) => number {
  return (weights) => {
    let generations = 0
    let seconds = 0
    for (const [i, { result, seconds: taken }] of sessions.entries()) {
      generations += weights[i] * result.generations
      seconds += weights[i] * taken
    }
    return generations / seconds
  }
}

function tickPercentiles({ histogram }: Latencies): Training['simTickUs'] {
  const { p50, p95, p99 } = histogram.summarize()
  return { p50: p50 / 1000, p95: p95 / 1000, p99: p99 / 1000 }
}

function sameGenome(a: Genome, b: Genome): boolean {
  return a.words.length === b.words.length && a.words.every((word, i) => word === b.words[i])
}

function failures({ asked, answered, inferCount }: Training['rows']): Training['invalid'] {
  if (asked === answered && answered === inferCount) return []
  const text = `${asked} rows asked, ${answered} taken by the brain, INFER_COUNT ${inferCount}; all three must agree`
  return [{ rule: 'ROWS_AGREE', text }]
}
