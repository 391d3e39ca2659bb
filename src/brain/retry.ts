import { type Cancellation, sleep } from './cancellation.js'
import { ExchangeError } from './exchange-error.js'

/** When and how often a failed inference request is made again. */
export interface RetryOptions {
  /** Attempts in all, the first included; 1 never retries. Default 5. */
  readonly attempts?: number
  /** Before retry n the wait is random between 0 and `baseMs` x 2^(n-1) (full jitter). Default 25. */
  readonly baseMs?: number
  /** Upper bound of that wait. Default 2000. */
  readonly capMs?: number
  /**
   * Milliseconds for all attempts and the waits between them, from the first to the last byte of
   * the answer. Default 30000, or `timeoutMs` if that is longer.
   */
  readonly deadlineMs?: number
}

/** Options with their defaults. */
export const DEFAULT_RETRY: Required<RetryOptions> = {
  attempts: 5,
  baseMs: 25,
  capMs: 2000,
  deadlineMs: 30_000,
}

/**
 * Makes `attempt` until it succeeds, fails for good, or attempts or time run out; then throws its
 * last error. Only for what may be done twice: inference, never loading a model. Each attempt is
 * told how many milliseconds are left, and must end within them.
 *
 * Made again are failures marked transient: no connection, an answer that broke off, and 408, 429,
 * 502, 503 and 504. When the wait would go beyond the deadline, there is no further attempt. A
 * timeout is not retried: it has already waited its time.
 */
export async function withRetry<Result>(
  attempt: (leftMs: number) => Promise<Result>,
  onRetry: () => void,
  options: Required<RetryOptions>,
  cancellation: Cancellation,
): Promise<Result> {
  const { attempts, deadlineMs } = options
  const startedAt = performance.now()
  let elapsed = 0
  for (let failures = 1; ; failures++) {
    try {
      return await attempt(deadlineMs - elapsed)
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error
      const wait = retryWaitMs(failures, error.retry.afterMs, options)
      elapsed = performance.now() - startedAt
      if (!error.retry.transient || failures >= attempts || elapsed + wait >= deadlineMs) {
        throw lastOf(failures, elapsed, error)
      }
      await sleep(wait, cancellation)
      elapsed = performance.now() - startedAt
      // A busy event loop wakes late.
      if (elapsed >= deadlineMs) throw lastOf(failures, elapsed, error)
      onRetry()
    }
  }
}

/**
 * Milliseconds to wait after so many failures: what the server's `Retry-After` asks, and a random
 * time on top ("full jitter", Brooker 2015), so that clients that were refused together do not come
 * back together.
 */
export function retryWaitMs(
  failures: number,
  afterMs: number | undefined,
  { baseMs, capMs }: Pick<Required<RetryOptions>, 'baseMs' | 'capMs'>,
  random: () => number = Math.random,
): number {
  return (afterMs ?? 0) + random() * Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 31))
}

/** The last error, saying that it was not the only one. */
function lastOf(attempts: number, elapsedMs: number, error: ExchangeError): ExchangeError {
  if (attempts === 1) return error
  const tried = `(${attempts} attempts in ${Math.ceil(elapsedMs)} ms)`
  return new ExchangeError(error.code, `${error.message} ${tried}`, error.retry, { cause: error })
}
