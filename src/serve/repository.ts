import { HttpError } from './http-error.js'
import { Lane } from './lane.js'
import type { LoadRequest } from './load-request.js'
import { Model } from './model.js'
import type { ModelThread } from './model-thread.js'
import type { SessionCache } from './session-cache.js'

/** An entry of the repository's index. */
export interface IndexEntry {
  readonly name: string
  readonly version: string
  readonly state: 'READY' | 'LOADING' | 'UNAVAILABLE'
  readonly reason: string
}

/** The name under which `/infer` finds its model when a request gives none. */
const DEFAULT_MODEL = 'default'

const NAME = /^[\w.-]{1,128}$/

/** The models that answer requests, by name; one version of each. */
export class ModelRepository {
  readonly #models = new Map<string, Model>()
  /** Loads and unloads of each name, under way and waiting. */
  readonly #changes = new Map<string, { readonly lane: Lane; count: number }>()
  readonly #unavailable = new Map<string, { version: string; reason: string }>()
  /** Sessions of this thread are made one after the other, with turns of the event loop between. */
  readonly #opening = new Lane()

  constructor(
    private readonly sessions: SessionCache,
    private readonly thread: ModelThread,
  ) {}

  /** Whether no load is under way. */
  get ready(): boolean {
    return this.#changes.size === 0
  }

  /** The loaded models, in the order of loading. */
  get models(): Iterable<Model> {
    return this.#models.values()
  }

  /** The model of a name, or of none the only one, if that is how it is. */
  peek(name?: string): Model | undefined {
    if (name !== undefined) return this.#models.get(name)
    return this.#models.size === 1 ? this.#models.values().next().value : undefined
  }

  /**
   * Loads a model, in place of one of the same name; requests that the old one has accepted are
   * still answered by it.
   *
   * @param read gives the model; called when it is this load's turn
   * @param nobodyWaits see {@link Model.open}
   * @throws HttpError `MODEL_REFUSED`, and whatever `read` throws.
   */
  async load(
    name: string,
    read: () => LoadRequest | Promise<LoadRequest>,
    nobodyWaits = false,
  ): Promise<Model> {
    if (!NAME.test(name)) {
      const message = `A model's name is 1 to 128 letters, digits, "_", "." or "-"; got ${JSON.stringify(name.slice(0, 140))}.`
      throw new HttpError('MODEL_REFUSED', message)
    }
    return this.#inTurn(name, async () => {
      const request = await read()
      try {
        const model = await Model.open(name, request, this.thread, this.#opening, nobodyWaits)
        await this.#put(model)
        return model
      } catch (error) {
        const reason = error instanceof HttpError ? error.message : 'a fault of the server'
        if (!this.#models.has(name)) this.#markUnavailable(name, request.version, reason)
        throw error
      }
    })
  }

  /**
   * Takes a model away, when loads of its name that were asked for before have ended.
   *
   * @throws HttpError `MODEL_UNKNOWN`.
   */
  unload(name: string): Promise<void> {
    return this.#inTurn(name, async () => {
      const model = this.find(name)
      this.#models.delete(name)
      await this.#retire(model)
      this.#markUnavailable(name, model.version, 'unloaded')
    })
  }

  /**
   * The model of a name and, if given, version; without a name the default one: the only one, the
   * one named "default", or else the one loaded first.
   *
   * @throws HttpError `MODEL_UNKNOWN` naming those that there are.
   */
  find(name?: string, version?: string): Model {
    const model =
      name !== undefined
        ? this.#models.get(name)
        : (this.#models.get(DEFAULT_MODEL) ?? this.#models.values().next().value)
    if (model !== undefined && (version === undefined || version === model.version)) return model
    const names = [...this.#models.keys()].slice(0, 10)
    const there = names.length > 0 ? `loaded: ${names.join(', ')}` : 'no model is loaded'
    const asked =
      name === undefined
        ? 'No model'
        : `No model ${JSON.stringify(name.slice(0, 140))}${version === undefined ? '' : ` of version ${version.slice(0, 20)}`}`
    throw new HttpError('MODEL_UNKNOWN', `${asked}; ${there}.`)
  }

  /** What there is and was, for the index of the model repository extension. */
  index(): IndexEntry[] {
    const entries: IndexEntry[] = []
    for (const { name, version } of this.#models.values()) {
      entries.push({ name, version, state: 'READY', reason: '' })
    }
    for (const name of this.#changes.keys()) {
      if (!this.#models.has(name)) entries.push({ name, version: '', state: 'LOADING', reason: '' })
    }
    for (const [name, { version, reason }] of this.#unavailable) {
      if (this.#models.has(name) || this.#changes.has(name)) continue
      entries.push({ name, version, state: 'UNAVAILABLE', reason })
    }
    return entries
  }

  /** Gives up all sessions. Nothing may be waiting or running. */
  async close(): Promise<void> {
    await Promise.all([...this.#changes.values()].map(({ lane }) => lane.idle()))
    for (const model of this.#models.values()) await this.#retire(model)
    this.#models.clear()
  }

  /** What happens to a name happens in order, so that the last asked for is what stays. */
  async #inTurn<T>(name: string, action: () => Promise<T>): Promise<T> {
    const changes = this.#changes.get(name) ?? { lane: new Lane(), count: 0 }
    this.#changes.set(name, changes)
    changes.count += 1
    try {
      return await changes.lane.do(action)
    } finally {
      changes.count -= 1
      if (changes.count === 0) this.#changes.delete(name)
    }
  }

  /** Puts an opened model in the place of the one of its name. */
  async #put(model: Model): Promise<void> {
    const { name } = model
    const replaced = this.#models.get(name)
    model.statistics = replaced?.statistics ?? model.statistics
    this.#models.set(name, model)
    if (replaced !== undefined) await this.#retire(replaced)
    this.#unavailable.delete(name)
    if (!model.livesAway) this.sessions.touch(model)
  }

  async #retire(model: Model): Promise<void> {
    model.retired = true
    if (model.pending === 0) await this.sessions.retire(model)
  }

  #markUnavailable(name: string, version: string, reason: string): void {
    // A client that loads under ever new names must not fill the memory.
    if (this.#unavailable.size >= 256) {
      this.#unavailable.delete(this.#unavailable.keys().next().value!)
    }
    this.#unavailable.set(name, { version, reason })
  }
}
