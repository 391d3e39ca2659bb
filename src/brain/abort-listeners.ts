/** Whoever waits for a signal; the signal itself has one listener of ours. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `callback` when `signal` aborts; gives what ends that. However many rows share a signal, it
 * is listened to once, and no longer than one of them waits: Node takes more than ten listeners for
 * a leak, and says so on stderr.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = waiting.get(signal) ?? listen(signal)
  callbacks.add(callback)
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return
    signal.removeEventListener('abort', tell)
    waiting.delete(signal)
  }
}

/**
 * What `promise` comes to, unless `signal` aborts before; then its reason is thrown.
 */
export async function unlessAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return promise
  signal.throwIfAborted()
  let forget = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => reject(signal.reason))
  })
  return Promise.race([promise, aborted]).finally(forget)
}

function listen(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>()
  waiting.set(signal, callbacks)
  signal.addEventListener('abort', tell)
  return callbacks
}

function tell(this: AbortSignal): void {
  for (const callback of waiting.get(this) ?? []) callback()
}
