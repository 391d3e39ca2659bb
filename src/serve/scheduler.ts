import type { OnnxRuntime } from '../onnx/runtime.js'
import { Answers } from './answers.js'
import type { ByteBudget } from './byte-budget.js'
import type { Entrance } from './entrance.js'
import { HttpError } from './http-error.js'
import type { Answer, Job } from './job.js'
import { LARGE_MS } from './large.js'
import type { Model } from './model.js'
import { ThreadCrash } from './model-thread.js'
import { gather, type RunResult, run, type Slice } from './run.js'
import type { SessionCache } from './session-cache.js'
import type { TensorData } from './signature.js'

/** Bounds of the queue and of a run. */
export interface SchedulerOptions {
  /** Whether requests for one model share a run. */
  readonly batching: boolean
  /** Most rows of a run; a longer request is served by several runs. */
  readonly maxBatch: number
  /** Most requests that wait for one model. */
  readonly maxQueue: number
  /** Longest time that a request waits for others to share its run, in microseconds. */
  readonly maxQueueDelayUs: number
  /** Longest time that a request waits for its run, in milliseconds. */
  readonly timeoutMs: number
}

/**
 * Most runs in one turn of the event loop without batching; what arrives meanwhile must wait. To
 * wait for each run would cost a turn for every request.
 */
const FOLLOWING = 8

/** After a run of so many milliseconds, connections that wait are let in before the next. */
const LONG_MS = 0.5

/** Share of the deadline that the runs before a request may take: reading and writing take the rest. */
const SURE_OF_TURN = 0.5

/** Where a run happens: on the thread of the event loop, or on the model thread. */
type Place = 'here' | 'thread'

/**
 * Decides which rows run when and where. ONNX Runtime's Node binding runs on the calling thread, so
 * there is one run at a time here; models take turns, and while one run is under way the requests
 * that arrive gather for the next. Beside it there may be one run in the model thread: a large one, or
 * one of a large model.
 */
export class Scheduler {
  /** Models with waiting jobs, in the order in which they get their turn. */
  readonly #turns: Model[] = []
  readonly #answers: Answers
  /** Runs that have been asked for and have not ended. */
  readonly #running = { here: 0, thread: 0 }
  /** Cancels what would wake us for a request that has waited its delay. */
  #cancelWake: (() => void) | null = null
  /** Those who wait until there is nothing to do. */
  readonly #whenIdle: (() => void)[] = []

  constructor(
    readonly options: SchedulerOptions,
    private readonly runtime: OnnxRuntime,
    private readonly sessions: SessionCache,
    private readonly budget: ByteBudget,
    private readonly entrance: Entrance,
  ) {
    this.#answers = new Answers(sessions, budget)
  }

  /**
   * Says no while a model's queue is full, or so long that what joins it might not have its turn
   * before the deadline. Asked before a request is read, so that refusing costs little when there
   * is much to refuse.
   *
   * @throws HttpError `QUEUE_FULL`.
   */
  checkRoom(model: Model): void {
    const waiting = model.jobs.length
    if (waiting === 0) return
    const { maxQueue, timeoutMs } = this.options
    const expectedMs = this.#expectedWaitMs(model)
    if (waiting < maxQueue && expectedMs <= timeoutMs * SURE_OF_TURN) return
    const limit =
      waiting < maxQueue
        ? `so many that another might wait longer than the ${timeoutMs} ms allowed`
        : 'the most allowed'
    const message = `${waiting} requests already wait for model ${model.name}, ${limit}. Come again later.`
    throw new HttpError('QUEUE_FULL', message)
  }

  /** What the runs of all waiting rows will take, if the models that wait take turns. */
  #expectedWaitMs({ waitingRows, jobs, runTimes }: Model): number {
    const { batching, maxBatch } = this.options
    const runs = batching ? Math.ceil(waitingRows / maxBatch) : jobs.length
    const ms = runTimes.atLeast(Math.max(1, Math.ceil(waitingRows / runs)))
    return runs * ms * this.#turns.length
  }

  /**
   * Queues the rows of a request.
   *
   * @param inputs the values of each input in the order of the model's signature, checked; they
   *   belong to the scheduler from now on.
   * @throws HttpError `QUEUE_FULL`, `DEADLINE`, `OUTPUT_NOT_FINITE` or `INTERNAL`.
   */
  submit(
    model: Model,
    inputs: readonly TensorData[],
    rows: number,
    abandoned: () => boolean,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.checkRoom(model)
      this.budget.take(rows * model.signature.rowBytes)
      const waiting = model.jobs.length
      model.jobs.push({
        inputs,
        rows,
        accepted: performance.now(),
        abandoned,
        resolve,
        reject,
        taken: 0,
        answered: 0,
        failed: false,
        queueMs: 0,
        inferMs: 0,
        outputs: null,
      })
      model.waitingRows += rows
      model.pending += 1
      if (waiting === 0) this.#turns.push(model)
      this.#start()
    })
  }

  /** Resolves when nothing waits and nothing runs: what clients that went away have asked counts. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve)
      this.#start()
    })
  }

  /** Starts all runs that there is something and some place for. */
  #start(): void {
    this.#cancelWake?.()
    this.#cancelWake = null
    // One moment for all, or what falls due in between would be neither started nor waited for.
    const now = performance.now()
    for (let at = 0; at < this.#turns.length; ) {
      const model = this.#turns[at]
      const place = this.#isDue(model, now) ? this.#placeFor(model) : null
      if (place === null) {
        at += 1
        continue
      }
      this.#turns.splice(at, 1)
      const slices = this.#take(model)
      if (model.jobs.length > 0) this.#turns.push(model)
      if (slices.length > 0) void this.#serve(model, slices, place)
    }
    if (this.options.maxQueueDelayUs > 0) this.#wakeWhenDue(now)
    if (this.#turns.length + this.#running.here + this.#running.thread > 0) return
    for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  /** Where the model's next run finds a place now. */
  #placeFor(model: Model): Place | null {
    if (model.livesAway || this.#isLargeRun(model)) {
      return this.#running.thread === 0 ? 'thread' : null
    }
    return this.#running.here < (this.options.batching ? 1 : FOLLOWING) ? 'here' : null
  }

  #isLargeRun({ waitingRows, jobs, runTimes }: Model): boolean {
    const { batching, maxBatch } = this.options
    const waiting = batching ? waitingRows : jobs[0].rows - jobs[0].taken
    return runTimes.atMost(Math.min(waiting, maxBatch)) > LARGE_MS
  }

  /** Whether a model's next run is full enough or its first job has waited long enough. */
  #isDue(model: Model, now: number): boolean {
    const { maxQueueDelayUs, maxBatch } = this.options
    if (maxQueueDelayUs === 0 || model.waitingRows >= maxBatch) return true
    return this.#dueAt(model) <= now
  }

  #dueAt(model: Model): number {
    return model.jobs[0].accepted + this.options.maxQueueDelayUs / 1000
  }

  /** Comes back when the next model is due. Timers are no finer than a millisecond. */
  #wakeWhenDue(now: number): void {
    const due = this.#turns.map((model) => this.#dueAt(model)).filter((at) => at > now)
    if (due.length === 0) return
    const left = Math.min(...due) - now
    if (left > 2) {
      const timer = setTimeout(() => this.#start(), left - 1)
      this.#cancelWake = () => clearTimeout(timer)
    } else {
      const immediate = setImmediate(() => this.#start())
      this.#cancelWake = () => clearImmediate(immediate)
    }
  }

  /** Takes the rows of the next run from a model's jobs; refuses those that waited too long. */
  #take(model: Model): Slice[] {
    const { batching, maxBatch, timeoutMs } = this.options
    const slices: Slice[] = []
    const now = performance.now()
    let rows = 0
    while (model.jobs.length > 0 && rows < maxBatch && (batching || slices.length === 0)) {
      const job = model.jobs[0]
      if (job.taken === 0 && (now - job.accepted > timeoutMs || job.abandoned())) {
        model.jobs.shift()
        model.waitingRows -= job.rows
        const message = `The request waited ${Math.round(now - job.accepted)} ms for its run; at most ${timeoutMs} ms are allowed.`
        this.#answers.fail(model, job, new HttpError('DEADLINE', message))
        continue
      }
      const slice = { job, from: job.taken, rows: Math.min(job.rows - job.taken, maxBatch - rows) }
      slices.push(slice)
      rows += slice.rows
      job.taken += slice.rows
      model.waitingRows -= slice.rows
      if (job.taken === job.rows) model.jobs.shift()
    }
    return slices
  }

  /** Serves slices together, then starts what has waited for it. */
  async #serve(model: Model, slices: readonly Slice[], place: Place): Promise<void> {
    this.#running[place] += 1
    const begun = performance.now()
    await this.#attempt(model, slices, place)
    if (place === 'here' && performance.now() - begun > LONG_MS) await this.entrance.clear()
    this.#running[place] -= 1
    this.#start()
  }

  /** Runs slices together; if that fails, each alone, so that one request cannot fail another. */
  async #attempt(model: Model, slices: readonly Slice[], place: Place): Promise<void> {
    try {
      const begun = performance.now()
      let rows = 0
      for (const slice of slices) rows += slice.rows
      const result = await this.#run(model, slices, rows, place)
      const ended = performance.now()
      this.#answers.scatter(model, slices, result)
      const { startedAt, inferMs } = result
      const outputMs = performance.now() - ended
      model.runTimes.add(rows, inferMs)
      model.statistics.run(rows, { inputMs: startedAt - begun, inferMs, outputMs })
    } catch (error) {
      // What made the thread crash is not tried again.
      if (slices.length > 1 && !(error instanceof ThreadCrash)) {
        for (const slice of slices) await this.#attempt(model, [slice], place)
        return
      }
      const message = 'The model could not be run on this input.'
      for (const { job } of slices) {
        this.#dropRest(model, job)
        this.#answers.fail(model, job, new HttpError('INTERNAL', message, { cause: error }))
      }
    }
  }

  async #run(
    model: Model,
    slices: readonly Slice[],
    rows: number,
    place: Place,
  ): Promise<RunResult> {
    const { signature } = model
    const inputs = gather(slices, signature, rows)
    if (place === 'thread') return model.away.run(inputs, rows)
    const session = this.sessions.use(model)
    const opened = session instanceof Promise ? await session : session
    return run(this.runtime, opened, signature, inputs, rows)
  }

  /** Takes a failed job's rows that no run has taken yet out of the queue. */
  #dropRest(model: Model, job: Job): void {
    const index = model.jobs.indexOf(job)
    if (index < 0) return
    model.jobs.splice(index, 1)
    model.waitingRows -= job.rows - job.taken
    if (model.jobs.length === 0) this.#turns.splice(this.#turns.indexOf(model), 1)
  }
}
