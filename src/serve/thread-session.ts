import type { ModelThread } from './model-thread.js'
import type { RunResult } from './run.js'
import type { SessionHolder } from './session-cache.js'
import type { Signature, TensorData } from './signature.js'

/** Sessions in the thread are told apart by numbers, each of which is given once. */
let next = 0

/** A model's session in the model thread: opened when it is needed, and anew after it was given up. */
export class ThreadSession implements SessionHolder {
  /** Openings and runs that are under way. */
  pending = 0
  /** Its number in the thread, or 0 while it is not open there. */
  #number = 0

  constructor(
    private readonly thread: ModelThread,
    private readonly bytes: Uint8Array,
    readonly sessionBytes: number,
  ) {}

  /** Whether it is open, or opens. */
  get isOpen(): boolean {
    return this.#number > 0
  }

  /**
   * Checks a model that is to be loaded, and opens its session.
   *
   * @throws HttpError `MODEL_REFUSED`; ThreadCrash.
   */
  open(): Promise<Signature> {
    return this.thread.loads.do(() => this.#open())
  }

  /**
   * Runs the model on `rows` rows: `inputs` in the order of its signature.
   *
   * @throws ThreadCrash when the thread ends first; Error of ONNX Runtime.
   */
  async run(inputs: readonly TensorData[], rows: number): Promise<RunResult> {
    const opening = this.isOpen ? undefined : this.#open()
    this.thread.sessions.touch(this)
    const running = this.#during(
      this.thread.ask({ kind: 'run', session: this.#number, inputs, rows }),
    )
    // If it does not open, that is the error: the thread answers in order.
    const [{ outputs, inferMs }] = await Promise.all([running, opening])
    return { outputs, inferMs, startedAt: performance.now() - inferMs }
  }

  async release(): Promise<void> {
    const number = this.#number
    this.#number = 0
    this.thread.closed(this, number)
  }

  async #open(): Promise<Signature> {
    next += 1
    const number = next
    this.#number = number
    this.thread.opened(this)
    this.thread.sessions.touch(this)
    try {
      // A copy, handed over: shared memory would not be copied, but V8 does not count it when it
      // decides to collect, and so would hold on to one model after the other.
      const model = Uint8Array.from(this.bytes)
      return await this.#during(this.thread.ask({ kind: 'open', session: number, model }, [model]))
    } catch (error) {
      if (this.#number === number) await this.thread.sessions.remove(this)
      throw error
    }
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    this.pending += 1
    try {
      return await work
    } finally {
      this.pending -= 1
    }
  }
}
