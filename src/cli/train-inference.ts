import { NeatBrain } from '../brain/neat-brain.js'
import { Recorder } from '../brain/recorder.js'
import { NeatronError } from '../errors.js'
import { TaskEvaluator, type Tick } from '../neat/evaluate.js'
import type { Evaluator } from '../neat/evaluator.js'
import { startServer } from '../serve/child.js'
import { WorkerEvaluator } from '../workers/worker-evaluator.js'
import type { ChosenTask } from './task-argument.js'

/** What the command line may say about where inference happens. */
export interface InferenceFlags {
  mode?: 'cpu' | 'remote'
  workers?: number
  batch?: number | 'adaptive'
  maxDelayMs?: number
  concurrency?: number
  url?: string
  protocol?: 'infer' | 'oip'
  modelRepository?: string
  timeoutMs?: number
  retries?: number
  deadlineMs?: number
  /** Seconds, or true for {@link WAIT_S}. */
  waitForServer?: number | true
}

/** Where a run's inference happens, as `run.json` keeps it. */
export interface InferenceSettings extends InferenceFlags {
  readonly mode: 'cpu' | 'remote'
  readonly batch: number | 'adaptive'
  readonly waitForServer?: number
}

/** What `--wait-for-server` waits when it is given no number, in seconds. */
export const WAIT_S = 300

/** The flags that go with remote inference alone, by their options' names. */
const REMOTE_FLAGS = {
  maxDelayMs: '--max-delay-ms',
  concurrency: '--concurrency',
  url: '--url',
  protocol: '--protocol',
  modelRepository: '--model-repository',
  timeoutMs: '--timeout-ms',
  retries: '--retries',
  deadlineMs: '--deadline-ms',
  waitForServer: '--wait-for-server',
} as const

/**
 * The settings that flags make, over those that a resumed run has already.
 *
 * @throws NeatronError `USAGE` for a flag that does not go with the mode
 */
export function inferenceSettings(
  flags: InferenceFlags,
  kept: Partial<InferenceSettings> = {},
): InferenceSettings {
  const { mode = 'cpu', batch = 1, ...rest } = { ...kept, ...flags }
  const names = Object.keys(REMOTE_FLAGS) as (keyof typeof REMOTE_FLAGS)[]
  const given = names.filter((name) => rest[name] !== undefined)
  const { workers } = rest
  if (mode === 'cpu') {
    if (given.length === 0) return { mode, batch: 1, ...(workers && { workers }) }
    const flag = REMOTE_FLAGS[given[0]]
    throw new NeatronError('USAGE', `${flag} goes with --mode remote; add that, or leave it out.`)
  }
  if (workers !== undefined) {
    throw new NeatronError('USAGE', '--workers goes with --mode cpu; leave one of them out.')
  }
  const waitForServer = rest.waitForServer === true ? WAIT_S : rest.waitForServer
  // No others: flags may come with a token, which is not to be kept.
  const remote = Object.fromEntries(names.map((name) => [name, rest[name]]))
  return { mode, batch, ...remote, waitForServer }
}

/** What evaluates a run's genomes. */
export interface Inference {
  readonly evaluator: Evaluator
  /** Counts and times what inference cost. */
  readonly recorder: Pick<Recorder, 'stats' | 'takeGeneration'>
  /** Closes it together with the server that it may have started. */
  close(): Promise<void>
}

/** Opens a run's inference; `onTick` is told of each tick. */
export async function openInference(
  settings: InferenceSettings,
  { task, source }: ChosenTask,
  token: string | undefined,
  signal: AbortSignal,
  onTick: (tick: Tick) => void,
): Promise<Inference> {
  if (settings.workers !== undefined) {
    const recorder = new Recorder()
    const evaluator = await WorkerEvaluator.open(task, source, settings.workers, (tick) => {
      recorder.asked(tick.rows)
      recorder.answered(tick.rows, tick.inferenceNs)
      onTick(tick)
    })
    return { evaluator, recorder, close: () => evaluator.close() }
  }
  const { brain, close } = await openBrain(settings, token, signal)
  return { evaluator: new TaskEvaluator(task, brain, onTick), recorder: brain, close }
}

/** The brain of a run, and what closes it together with the server that it may have started. */
async function openBrain(
  settings: InferenceSettings,
  token: string | undefined,
  signal: AbortSignal,
): Promise<{ brain: NeatBrain; close(): Promise<void> }> {
  if (settings.mode === 'cpu') {
    const brain = NeatBrain.inProcess()
    return { brain, close: () => brain.close() }
  }
  const { batch, maxDelayMs, concurrency, protocol, modelRepository, timeoutMs } = settings
  const { retries, deadlineMs, waitForServer = 0 } = settings
  const server = settings.url === undefined ? await startServer({ allowLoad: true }) : undefined
  try {
    const brain = NeatBrain.remote({
      url: settings.url ?? server!.url,
      batch,
      maxDelayMs,
      concurrency,
      protocol,
      modelRepository,
      timeoutMs,
      retry: {
        ...(retries !== undefined && { attempts: retries + 1 }),
        ...(deadlineMs !== undefined && { deadlineMs }),
      },
      waitForServerMs: waitForServer * 1000,
      token: token ?? process.env.NEATRON_TOKEN,
      signal,
    })
    const close = async () => {
      await brain.close()
      await server?.close()
    }
    return { brain, close }
  } catch (error) {
    // Settings of a run.json that was edited, perhaps; a server left running keeps the process alive.
    await server?.close()
    throw error
  }
}
