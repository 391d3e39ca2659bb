/** So many requests in a row came soon: a client that waits for each answer to ask the next. */
const IN_A_ROW = 16

/** The event loop that is kept turning. */
interface Loop {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
  /** Has something called in the next turn. */
  readonly nextTurn: (callback: () => void) => void
}

/**
 * Keeps the event loop turning for a moment after an answer when a client asks one thing after the
 * other, so that its next request is found at once. A thread that sleeps is woken by the kernel, by
 * way of the hypervisor in a virtual machine, and meets caches full of others' code: together about a
 * third of a single call (`npm run bench:http`). Linux does the same for whole processors, within the
 * same 200 us (the `haltpoll` governor of idle states).
 *
 * Requests that come at random, or from many clients, keep no server awake: the next comes too
 * late, or is there already.
 */
export class Vigil {
  readonly #lastsMs: number
  #answeredAt = Number.NEGATIVE_INFINITY
  /** How many requests, up to the last, came within the time after the answer before them. */
  #soon = 0
  /** When to give up; in the past when there is nothing to wait for. */
  #until = 0
  #turning = false

  /** @param lastsUs microseconds after an answer, at most; 0 for none */
  constructor(
    lastsUs: number,
    private readonly loop: Loop = { now: () => performance.now(), nextTurn: setImmediate },
  ) {
    this.#lastsMs = lastsUs / 1000
  }

  /** A request has come. */
  arrived(): void {
    this.#until = 0
    const gapMs = this.loop.now() - this.#answeredAt
    this.#soon = gapMs < this.#lastsMs ? this.#soon + 1 : 0
  }

  /** An answer is sent. */
  answered(): void {
    this.#answeredAt = this.loop.now()
    if (this.#soon < IN_A_ROW) return
    this.#until = this.#answeredAt + this.#lastsMs
    if (this.#turning) return
    this.#turning = true
    this.loop.nextTurn(this.#turn)
  }

  readonly #turn = (): void => {
    this.#turning = this.loop.now() < this.#until
    if (this.#turning) this.loop.nextTurn(this.#turn)
  }
}
