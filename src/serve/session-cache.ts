import type { InferenceSession } from 'onnxruntime-node'
import type { Model } from './model.js'

/**
 * A session's memory: its model's bytes twice (ONNX Runtime keeps the initializers and packs
 * weights), and what an empty one takes.
 */
const sessionBytes = (model: Model): number => 2 * model.bytes.length + 256 * 1024

/**
 * Keeps the sessions of the models used last, up to a number of bytes. A model whose session was
 * given up opens it again when a request comes.
 */
export class SessionCache {
  /** Models with an open session, least recently used first. */
  readonly #open = new Set<Model>()
  #latest: Model | null = null
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

  /** Takes in a model whose session is open, as the one used last. */
  add(model: Model): void {
    this.#touch(model)
  }

  /** The session to run now. Nothing may be running. */
  use(model: Model): InferenceSession | Promise<InferenceSession> {
    if (model.session === null) return this.#reopen(model)
    if (model !== this.#latest) this.#touch(model)
    return model.session
  }

  /** Gives a model's session up for good. It must not be running. */
  async remove(model: Model): Promise<void> {
    if (this.#open.delete(model)) this.#bytes -= sessionBytes(model)
    if (this.#latest === model) this.#latest = null
    await model.release()
  }

  async #reopen(model: Model): Promise<InferenceSession> {
    const session = await model.reopen()
    this.#touch(model)
    return session
  }

  #touch(model: Model): void {
    if (!this.#open.delete(model)) this.#bytes += sessionBytes(model)
    this.#open.add(model)
    this.#latest = model
    for (const oldest of this.#open) {
      if (this.#bytes <= this.maxBytes || oldest === model) break
      if (oldest.pending === 0) void this.remove(oldest)
    }
  }
}
