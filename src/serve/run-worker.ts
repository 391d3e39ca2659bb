import { Worker } from 'node:worker_threads'
import type { Model } from './model.js'
import type { RunResult } from './run.js'
import type { WorkerAnswer, WorkerCommand } from './run-worker-thread.js'
import type { SessionCache, SessionHolder } from './session-cache.js'
import type { TensorData } from './signature.js'

/** A run that the thread has not answered yet. */
interface AskedRun {
  readonly session: ThreadSession
  readonly resolve: (result: RunResult) => void
  readonly reject: (error: Error) => void
}

/** The thread that ran a model ended; what it was running is lost, and not to be tried again. */
export class WorkerCrash extends Error {}

/**
 * A thread for large runs, so that the event loop goes on meanwhile. It is started when it is first
 * needed, and anew after it has crashed. Its sessions count in the cache like those of the main
 * thread: a model that runs in both has two.
 */
export class RunWorker {
  #worker: Worker | null = null
  #next = 0
  readonly #asked: AskedRun[] = []
  readonly #open = new Map<Model, ThreadSession>()

  constructor(private readonly sessions: SessionCache) {}

  /** Whether runs are under way. */
  get busy(): boolean {
    return this.#asked.length > 0
  }

  /**
   * Runs a model on `rows` rows; `inputs` belong to the thread from now on.
   *
   * @throws WorkerCrash when the thread ends first; Error of ONNX Runtime.
   */
  run(model: Model, inputs: readonly TensorData[], rows: number): Promise<RunResult> {
    this.#worker ??= this.#start()
    // It keeps the process alive while it runs, and not beyond.
    this.#worker.ref()
    const session = this.#sessionOf(model)
    session.pending += 1
    return new Promise((resolve, reject) => {
      this.#asked.push({ session, resolve, reject })
      const { signature } = model
      this.#tell({ kind: 'run', session: session.number, signature, inputs, rows }, inputs)
    })
  }

  /** Ends the thread. Nothing may be running. */
  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    await worker?.terminate()
  }

  #sessionOf(model: Model): ThreadSession {
    let session = this.#open.get(model)
    if (session === undefined) {
      this.#next += 1
      session = new ThreadSession(this.#next, model.sessionBytes, () => this.#close(model))
      this.#open.set(model, session)
      model.away = session
      this.#tell({ kind: 'open', session: session.number, model: model.bytes })
    }
    this.sessions.touch(session)
    return session
  }

  #close(model: Model): void {
    const session = this.#open.get(model)
    if (session === undefined) return
    this.#open.delete(model)
    model.away = null
    this.#tell({ kind: 'close', session: session.number })
  }

  #tell(command: WorkerCommand, arrays: readonly TensorData[] = []): void {
    this.#worker?.postMessage(
      command,
      arrays.map(({ buffer }) => buffer as ArrayBuffer),
    )
  }

  #start(): Worker {
    const worker = new Worker(new URL('./run-worker-thread.js', import.meta.url))
    worker.on('message', (answer: WorkerAnswer) => this.#answered(answer))
    worker.on('error', (error) => this.#ended(worker, error))
    worker.on('exit', (code) => this.#ended(worker, new Error(`exit code ${code}`)))
    return worker
  }

  #answered(answer: WorkerAnswer): void {
    const { session, resolve, reject } = this.#asked.shift()!
    session.pending -= 1
    if (!this.busy) this.#worker?.unref()
    if ('error' in answer) {
      reject(new Error(answer.error))
      return
    }
    const { outputs, inferMs } = answer
    resolve({ outputs, inferMs, startedAt: performance.now() - inferMs })
  }

  /** The thread is gone, and its sessions with it. */
  #ended(worker: Worker, cause: Error): void {
    if (worker !== this.#worker) return
    this.#worker = null
    for (const { session, reject } of this.#asked.splice(0)) {
      session.pending -= 1
      reject(new WorkerCrash('The thread for large runs ended.', { cause }))
    }
    for (const session of [...this.#open.values()]) void this.sessions.remove(session)
  }
}

/** A model's session in the thread. */
class ThreadSession implements SessionHolder {
  /** Runs that are under way. */
  pending = 0

  constructor(
    readonly number: number,
    readonly sessionBytes: number,
    private readonly close: () => void,
  ) {}

  async release(): Promise<void> {
    this.close()
  }
}
