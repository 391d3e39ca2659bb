import { Worker } from 'node:worker_threads'
import { HttpError } from './http-error.js'
import { Lane } from './lane.js'
import type { LoadRequest } from './load-request.js'
import type { ThreadAnswer, ThreadCommand, ThreadResults } from './model-thread-entry.js'
import type { SessionCache } from './session-cache.js'
import type { ThreadSession } from './thread-session.js'

/** A command that the thread has not answered yet. */
interface Asked {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/** The thread ended; what it was doing is lost, and not to be tried again. */
export class ThreadCrash extends Error {}

/**
 * A thread for what would hold up the event loop: reading and opening large models, and large runs.
 * It is started when it is first needed, and anew after it has crashed. Its sessions count in the
 * cache like those of the main thread.
 */
export class ModelThread {
  #worker: Worker | null = null
  readonly #asked: Asked[] = []
  /** Ends with the answer to what was asked last, and so to all. */
  #last: Promise<unknown> = Promise.resolve()
  readonly #open = new Set<ThreadSession>()
  /** Only one load at a time is in the thread's queue, so that a run waits for one at most. */
  readonly loads = new Lane()

  constructor(readonly sessions: SessionCache) {}

  /**
   * Reads the body of a load request, given in pieces, which belong to the thread from now on.
   *
   * @throws HttpError `BODY_INVALID`; ThreadCrash.
   */
  read(body: readonly Uint8Array[]): Promise<LoadRequest> {
    // A piece may be part of a larger buffer, whose other parts stay here.
    const pieces = body.map((piece) =>
      piece.length === piece.buffer.byteLength ? piece : Uint8Array.from(piece),
    )
    return this.loads.do(() => this.ask({ kind: 'read', body: pieces }, pieces))
  }

  /**
   * Has the thread carry out a command, after those that it was asked before.
   *
   * @param transfer what belongs to the thread from now on
   * @throws ThreadCrash when the thread ends first; HttpError; Error of ONNX Runtime.
   */
  ask<Command extends ThreadCommand>(
    command: Command,
    transfer: readonly ArrayBufferView[] = [],
  ): Promise<ThreadResults[Command['kind']]> {
    this.#worker ??= this.#start()
    // It keeps the process alive while there is something to do, and not beyond.
    this.#worker.ref()
    const answer = new Promise<ThreadResults[Command['kind']]>((resolve, reject) => {
      this.#worker!.postMessage(
        command,
        transfer.map(({ buffer }) => buffer as ArrayBuffer),
      )
      this.#asked.push({ resolve, reject })
    })
    this.#last = answer.catch(() => {})
    return answer
  }

  /** Has the sessions of the thread known, which are lost when it ends. */
  opened(session: ThreadSession): void {
    this.#open.add(session)
  }

  /** Closes a session, if the thread that has it is still there. */
  closed(session: ThreadSession, number: number): void {
    if (!this.#open.delete(session)) return
    // It cannot fail but with the thread.
    this.ask({ kind: 'close', session: number }).catch(() => {})
  }

  /** Ends the thread when it has done what it was asked. Nothing more may be asked. */
  async close(): Promise<void> {
    // Ending it within ONNX Runtime would be an exception there that nobody catches.
    await this.loads.idle()
    await this.#last
    const worker = this.#worker
    this.#worker = null
    await worker?.terminate()
  }

  #start(): Worker {
    // Without our own flags: a program of `node --input-type=module -e` could start no thread.
    const worker = new Worker(new URL('./model-thread-entry.js', import.meta.url), { execArgv: [] })
    worker.on('message', (answer: ThreadAnswer) => this.#answered(answer))
    worker.on('error', (error) => this.#ended(worker, error))
    worker.on('exit', (code) => this.#ended(worker, new Error(`exit code ${code}`)))
    return worker
  }

  #answered(answer: ThreadAnswer): void {
    const { resolve, reject } = this.#asked.shift()!
    if (this.#asked.length === 0) this.#worker?.unref()
    if ('result' in answer) resolve(answer.result as never)
    else if (answer.code !== undefined) reject(new HttpError(answer.code, answer.error))
    else reject(new Error(answer.error))
  }

  /** The thread is gone, and its sessions with it. */
  #ended(worker: Worker, cause: Error): void {
    if (worker !== this.#worker) return
    this.#worker = null
    const lost = [...this.#open]
    this.#open.clear()
    for (const { reject } of this.#asked.splice(0)) {
      reject(new ThreadCrash('The thread for large models and runs ended.', { cause }))
    }
    for (const session of lost) void this.sessions.remove(session)
  }
}
