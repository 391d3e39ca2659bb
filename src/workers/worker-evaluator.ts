import type { Piscina } from 'piscina'
import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import type { TickListener } from '../neat/evaluate.js'
import type { Evaluated, EvaluationContext, Evaluator } from '../neat/evaluator.js'
import { packGenomes } from '../neat/packed-genomes.js'
import type { Task } from '../tasks/task.js'
import type { Block, EvaluatedBlock, FailedBlock, TaskSource } from './block.js'

/**
 * A generation is split into so many blocks of neighbours, however many workers there are, so that
 * their number changes nothing; a free worker takes the next block.
 */
const BLOCKS = 32

/** Evaluation by the episodes of a task, played in worker threads with inference in each. */
export class WorkerEvaluator implements Evaluator {
  /** What a thread threw while no block was evaluated there, from a timer perhaps. */
  #stray: Error | undefined

  private constructor(
    readonly goal: Task,
    readonly source: TaskSource,
    readonly pool: Piscina,
    readonly onTick: TickListener | undefined,
  ) {
    pool.on('error', (error: Error) => {
      this.#stray = error
    })
  }

  /**
   * Starts the threads.
   *
   * @param goal - the task, as `source` gives it
   * @param onTick - told of each block's ticks when the block is done
   */
  static async open(
    goal: Task,
    source: TaskSource,
    workers: number,
    onTick?: TickListener,
  ): Promise<WorkerEvaluator> {
    // Only here: whoever has no workers does not wait for its import.
    const { Piscina } = await import('piscina')
    const threads = Math.min(workers, BLOCKS)
    const pool = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      minThreads: threads,
      maxThreads: threads,
    })
    return new WorkerEvaluator(goal, source, pool, onTick)
  }

  async evaluate(
    genomes: readonly Genome[],
    context: EvaluationContext,
  ): Promise<Evaluated | undefined> {
    const { generation, signal } = context
    const size = Math.ceil(genomes.length / BLOCKS)
    const blocks: Promise<EvaluatedBlock>[] = []
    for (let first = 0; first < genomes.length; first += size) {
      blocks.push(this.#run(genomes.slice(first, first + size), context))
    }
    const evaluated = await endedBy(Promise.all(blocks), signal)
    if (this.#stray) throw this.#crashed(generation, this.#stray)
    if (evaluated === undefined) return undefined
    const fitness = new Float64Array(genomes.length)
    const candidates = new Uint8Array(genomes.length)
    let [ticks, rows] = [0, 0]
    for (const [index, block] of evaluated.entries()) {
      fitness.set(block.fitness, index * size)
      candidates.set(block.candidates, index * size)
      // As many as if all had been in lockstep.
      ticks = Math.max(ticks, block.ticks)
      rows += block.rows
      this.#tell(block.times)
    }
    return { fitness, candidates, ticks, rows, loadMs: 0 }
  }

  /** Ends the threads, whatever they are at. */
  async close(): Promise<void> {
    await this.pool.destroy()
  }

  async #run(genomes: readonly Genome[], context: EvaluationContext): Promise<EvaluatedBlock> {
    const { seed, generation } = context
    const packed = packGenomes(genomes)
    const { source } = this
    const timed = this.onTick !== undefined
    const block: Block = { source, genomes: packed, seed, generation, timed }
    const transferList = [packed.buffer]
    const outcome: EvaluatedBlock | FailedBlock = await this.pool
      .run(block, { transferList })
      .catch((cause: Error) => {
        throw this.#crashed(generation, cause)
      })
    if (!('error' in outcome)) return outcome
    const { code, error } = outcome
    throw code === undefined ? error : new NeatronError(code, error.message, { cause: error })
  }

  #crashed(generation: number, cause: Error): NeatronError {
    return new NeatronError(
      'WORKER_CRASHED',
      `A worker thread of task ${this.goal.name} ended after ${generation} complete generations: ${cause.message}. See that the task calls no process.exit, throws nothing from timers, and has memory enough`,
      { cause },
    )
  }

  #tell(times: Float32Array | undefined): void {
    if (times === undefined || this.onTick === undefined) return
    const tick = { rows: 0, simulationNs: 0, inferenceNs: 0 }
    for (let at = 0; at < times.length; at += 3) {
      tick.rows = times[at]
      tick.simulationNs = times[at + 1]
      tick.inferenceNs = times[at + 2]
      this.onTick(tick)
    }
  }
}

/** What `work` comes to, or undefined if the signal is aborted first. */
async function endedBy<T>(work: Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
  if (signal === undefined) return work
  let stop = () => {}
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
