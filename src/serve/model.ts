import type { InferenceSession } from 'onnxruntime-node'
import { createSession } from '../onnx/runtime.js'
import { MalformedModel, type ModelFacts, scanModel } from '../onnx/scan.js'
import { HttpError } from './http-error.js'
import type { Job } from './job.js'
import { RunTimes } from './run-times.js'
import type { SessionHolder } from './session-cache.js'
import { readSignature, type Signature } from './signature.js'
import { ModelStatistics } from './statistics.js'

/** A model is refused when it is beyond these; exported populations are far below. */
const LIMITS = { nodes: 100_000, tensors: 100_000 }

/** The standard operators of ONNX and nothing else: custom ones would be code we do not know. */
const STANDARD_DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml'])

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
  /** Its session in the thread for large runs, if one is open there. */
  away: SessionHolder | null = null
  #session: InferenceSession | null
  #opening: Promise<InferenceSession> | null = null

  private constructor(
    readonly name: string,
    readonly version: string,
    readonly bytes: Uint8Array,
    /** The configuration that came with the model, in Triton's form. */
    readonly config: Readonly<Record<string, unknown>>,
    readonly signature: Signature,
    session: InferenceSession,
  ) {
    this.#session = session
  }

  /**
   * Checks a model, makes its session and reads its signature.
   *
   * @throws HttpError `MODEL_REFUSED` saying what is wrong with it.
   */
  static async open(
    name: string,
    version: string,
    bytes: Uint8Array,
    config: Readonly<Record<string, unknown>> = {},
  ): Promise<Model> {
    const facts = checkModel(bytes)
    let session: InferenceSession
    try {
      session = await createSession(bytes)
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ONNX_MISSING') throw error
      throw new HttpError('MODEL_REFUSED', `ONNX Runtime refuses the model: ${firstLine(error)}`)
    }
    try {
      const signature = readSignature(session, facts.metadata)
      return new Model(name, version, bytes, config, signature, session)
    } catch (error) {
      await session.release()
      throw error
    }
  }

  /** The session, if one is open. */
  get session(): InferenceSession | null {
    return this.#session
  }

  /**
   * ONNX Runtime keeps the initializers and packs weights, so the model's bytes count twice; the
   * rest is what an empty session takes.
   */
  get sessionBytes(): number {
    return 2 * this.bytes.length + 256 * 1024
  }

  /** Opens a session again after {@link release}. */
  async reopen(): Promise<InferenceSession> {
    this.#opening ??= createSession(this.bytes).finally(() => {
      this.#opening = null
    })
    this.#session = await this.#opening
    return this.#session
  }

  /** Gives the session's memory back. It must not be running. */
  async release(): Promise<void> {
    const session = this.#session
    this.#session = null
    await session?.release()
  }
}

function checkModel(bytes: Uint8Array): ModelFacts {
  let facts: ModelFacts
  try {
    facts = scanModel(bytes)
  } catch (error) {
    if (!(error instanceof MalformedModel)) throw error
    throw new HttpError('MODEL_REFUSED', `The bytes are not an ONNX model: ${error.message}.`)
  }
  const foreign = [...facts.domains].filter((domain) => !STANDARD_DOMAINS.has(domain))
  const wrong =
    foreign.length > 0
      ? `uses operators of ${foreign.map((domain) => JSON.stringify(domain)).join(', ')}; only the standard ones are run`
      : facts.externalTensors.length > 0
        ? `keeps tensor ${JSON.stringify(facts.externalTensors[0])} outside the file; all data must be inside`
        : facts.training
          ? 'carries training graphs; export it for inference'
          : facts.nodes > LIMITS.nodes || facts.tensors > LIMITS.tensors
            ? `has ${facts.nodes} nodes and ${facts.tensors} tensors; at most ${LIMITS.nodes} and ${LIMITS.tensors} are run`
            : null
  if (wrong !== null) throw new HttpError('MODEL_REFUSED', `The model ${wrong}.`)
  return facts
}

function firstLine(error: unknown): string {
  return String((error as Error).message ?? error)
    .split('\n')[0]
    .slice(0, 300)
}
