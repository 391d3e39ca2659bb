import { Worker } from 'node:worker_threads'
import type { Experiment } from './experiments.js'

/** What one run came to. */
export interface Run {
  readonly seed: number
  readonly solved: boolean
  readonly evaluations: number
  readonly generations: number
  /** Of the champion; the bias unit, which is written as a hidden node, is none here. */
  readonly hidden: number
  /** Enabled ones of the champion. */
  readonly connections: number
  /** Episodes of the task's own test that the champion passed, where it has one. */
  readonly passed?: number
}

/** What a worker thread is asked to run. */
export interface Job {
  readonly task: string
  readonly seed: number
  readonly generations: number
  readonly config?: Experiment['config']
}

/**
 * Runs each experiment with the seeds from 1, spread over worker threads: which thread a run is on
 * changes nothing about it.
 *
 * @returns the runs of each experiment, in order of their seeds
 */
export async function runAll(
  experiments: readonly Experiment[],
  runsOf: (experiment: Experiment) => number,
  threads: number,
  onRun: (experiment: Experiment) => void,
): Promise<Run[][]> {
  const results: Run[][] = experiments.map(() => [])
  const queue = experiments.flatMap((experiment, index) =>
    Array.from({ length: runsOf(experiment) }, (_, n) => ({ experiment, index, seed: n + 1 })),
  )
  async function work(): Promise<void> {
    const worker = new Worker(new URL('run-worker.js', import.meta.url))
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { experiment, index, seed } = next
      const { task, generations, config } = experiment
      results[index][seed - 1] = await ask(worker, { task, seed, generations, config })
      onRun(experiment)
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: threads }, work))
  return results
}

function ask(worker: Worker, job: Job): Promise<Run> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners()
    worker.once('message', resolve).once('error', reject)
    worker.once('exit', (code) => reject(new Error(`a worker thread ended with exit code ${code}`)))
    worker.postMessage(job)
  })
}
