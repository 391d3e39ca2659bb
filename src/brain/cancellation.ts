/**
 * Cancels one request: an `AbortSignal` for a single listener. Making a signal and listening to it
 * costs as much as a fifth of a whole exchange on loopback, and every request needs one.
 */
export class Cancellation {
  #cancelled = false
  #reason: unknown
  #listener: ((reason: unknown) => void) | undefined

  /** Throws the reason if cancelled. */
  throwIfCancelled(): void {
    if (this.#cancelled) throw this.#reason
  }

  /** Has `listener` told when it is cancelled, in the place of the listener before; `undefined` for none. */
  listen(listener: ((reason: unknown) => void) | undefined): void {
    this.#listener = listener
  }

  /** Cancels; only the first reason counts. */
  cancel(reason: unknown): void {
    if (this.#cancelled) return
    this.#cancelled = true
    this.#reason = reason
    this.#listener?.(reason)
  }
}

/** Waits `ms` milliseconds; throws the reason as soon as `cancellation` is cancelled. */
export function sleep(ms: number, cancellation: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    cancellation.throwIfCancelled()
    const timer = setTimeout(() => {
      cancellation.listen(undefined)
      resolve()
    }, ms)
    cancellation.listen((reason) => {
      clearTimeout(timer)
      reject(reason)
    })
  })
}
