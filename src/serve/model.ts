import type { InferenceSession } from 'onnxruntime-node'
import { createSession } from '../onnx/runtime.js'
import type { Job } from './job.js'
import type { Lane } from './lane.js'
import { LARGE_BYTES, LARGE_NODES } from './large.js'
import type { LoadRequest } from './load-request.js'
import type { ModelThread } from './model-thread.js'
import { checkModel, openSession } from './open-session.js'
import { RunTimes } from './run-times.js'
import type { SessionHolder } from './session-cache.js'
import type { Signature } from './signature.js'
import { ModelStatistics } from './statistics.js'
import { ThreadSession } from './thread-session.js'

/** A model that answers requests: its bytes, its signature, its counters and its waiting jobs. */
export class Model implements SessionHolder {
  /** Counters since a model was first loaded under this name. */
  statistics = new ModelStatistics()
  /** Jobs that wait for a run, oldest first. */
  readonly jobs: Job[] = []
  /** Rows that wait, over all jobs. */
  waitingRows = 0
  /** Jobs accepted and not yet answered; the session is kept while there are any. */
  pending = 0
  /** Whether it was unloaded or replaced, and only answers what it has accepted. */
  retired = false
  /** What the runs of this model take. */
  readonly runTimes = new RunTimes()
  readonly version: string
  /** The configuration that came with the model, in Triton's form. */
  readonly config: Readonly<Record<string, unknown>>
  /** Estimated bytes of its session in this thread. */
  readonly sessionBytes: number
  readonly #bytes: Uint8Array
  #session: InferenceSession | null
  #opening: Promise<InferenceSession> | null = null

  private constructor(
    readonly name: string,
    { version, bytes, config = {} }: LoadRequest,
    readonly signature: Signature,
    session: InferenceSession | null,
    /** Whether to open it takes too long for this thread. */
    private readonly isLarge: boolean,
    /** Its session in the model thread: of a large model, or for large runs. */
    readonly away: ThreadSession,
  ) {
    this.version = version
    this.config = config
    this.sessionBytes = sessionBytes(bytes)
    this.#bytes = bytes
    this.#session = session
  }

  /**
   * Checks a model, makes its session and reads its signature.
   *
   * @param here where sessions of this thread are made one after the other
   * @param nobodyWaits whether this thread has the time to open a model of many nodes: then it runs
   *   here, without messages, until it has to make room
   * @throws HttpError `MODEL_REFUSED` saying what is wrong with it; ThreadCrash.
   */
  static async open(
    name: string,
    request: LoadRequest,
    thread: ModelThread,
    here: Lane,
    nobodyWaits = false,
  ): Promise<Model> {
    const { bytes } = request
    const facts = bytes.length > LARGE_BYTES ? null : checkModel(bytes)
    const large = facts === null || facts.nodes > LARGE_NODES
    const away = new ThreadSession(thread, bytes, sessionBytes(bytes))
    const { signature, session } =
      facts === null || (large && !nobodyWaits)
        ? { signature: await away.open(), session: null }
        : await here.do(() => openSession(bytes, facts))
    return new Model(name, request, signature, session, large, away)
  }

  /** Whether it runs in the model thread and nowhere else. */
  get livesAway(): boolean {
    return this.isLarge && this.#session === null
  }

  /** The session in this thread, if one is open. */
  get session(): InferenceSession | null {
    return this.#session
  }

  /** Opens a session in this thread again after {@link release}. */
  async reopen(): Promise<InferenceSession> {
    this.#opening ??= createSession(this.#bytes).finally(() => {
      this.#opening = null
    })
    this.#session = await this.#opening
    return this.#session
  }

  /** Gives the memory of the session in this thread back. It must not be running. */
  async release(): Promise<void> {
    const session = this.#session
    this.#session = null
    await session?.release()
  }
}

/**
 * ONNX Runtime keeps the initializers and packs weights, so the model's bytes count twice; the rest
 * is what an empty session takes.
 */
function sessionBytes(bytes: Uint8Array): number {
  return 2 * bytes.length + 256 * 1024
}
