import type { InferenceSession } from 'onnxruntime-node'
import type { Model } from './model.js'

/** What holds the memory of a session while it is open. */
export interface SessionHolder {
  /** Estimated bytes of the session. */
  readonly sessionBytes: number
  /** What still needs the session; it is kept while this is above 0. */
  readonly pending: number
  /** Gives the session's memory back. It must not be running. */
  release(): Promise<void>
}

/**
 * Keeps the sessions of the models used last, up to a number of bytes. A model whose session was
 * given up opens it again when a request comes.
 */
export class SessionCache {
  /** Those with an open session, least recently used first. */
  readonly #open = new Set<SessionHolder>()
  #latest: SessionHolder | null = null
  #bytes = 0

  /** @param maxBytes most bytes of all open sessions; the one in use is never given up for it. */
  constructor(readonly maxBytes: number) {}

  /** Sessions that are open. */
  get size(): number {
    return this.#open.size
  }

  /** Estimated bytes of all open sessions. */
  get bytes(): number {
    return this.#bytes
  }

  /** Takes in one whose session is open, or puts it in the place of the one used last. */
  touch(holder: SessionHolder): void {
    if (holder === this.#latest) return
    if (!this.#open.delete(holder)) this.#bytes += holder.sessionBytes
    this.#open.add(holder)
    this.#latest = holder
    for (const oldest of this.#open) {
      if (this.#bytes <= this.maxBytes || oldest === holder) break
      if (oldest.pending === 0) void this.remove(oldest)
    }
  }

  /** The session to run now. */
  use(model: Model): InferenceSession | Promise<InferenceSession> {
    if (model.session === null) return this.#reopen(model)
    this.touch(model)
    return model.session
  }

  /** Gives a session up. It must not be running. */
  async remove(holder: SessionHolder): Promise<void> {
    if (this.#open.delete(holder)) this.#bytes -= holder.sessionBytes
    if (this.#latest === holder) this.#latest = null
    await holder.release()
  }

  /** Gives up all sessions of a model, for good. */
  async retire(model: Model): Promise<void> {
    await this.remove(model.away)
    await this.remove(model)
  }

  async #reopen(model: Model): Promise<InferenceSession> {
    const session = await model.reopen()
    this.touch(model)
    return session
  }
}
