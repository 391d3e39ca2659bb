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
  /** Milliseconds from the first attempt after which no other begins. Default 20000. */
  readonly deadlineMs?: number
}

const DEFAULTS = { attempts: 5, baseMs: 25, capMs: 2000, deadlineMs: 20_000 }

/**
 * Makes `attempt` until it succeeds, fails for good, or attempts or time run out; then throws its
 * last error. Only for what may be done twice: inference, never loading a model.
 *
 * Made again are failures marked transient: no connection, an answer that broke off, and 429, 502,
 * 503 and 504. The wait is random ("full jitter", Brooker 2015, so that clients that failed
 * together do not come back together) and at least what the server's `Retry-After` asks; when that
 * is beyond the deadline, there is no further attempt. A timeout is not retried: it has already
 * waited its time.
 */
export async function withRetry<Result>(
  attempt: () => Promise<Result>,
  onRetry: () => void,
  options: RetryOptions | undefined,
  cancellation: Cancellation,
): Promise<Result> {
  const { attempts, baseMs, capMs, deadlineMs } = { ...DEFAULTS, ...options }
  const startedAt = performance.now()
  for (let failures = 1; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof ExchangeError && error.retry.transient)) throw error
      const jitter = Math.random() * Math.min(capMs, baseMs * 2 ** (failures - 1))
      const wait = Math.max(jitter, error.retry.afterMs ?? 0)
      const elapsed = performance.now() - startedAt
      if (failures >= attempts || elapsed + wait > deadlineMs)
        throw exhausted(error, failures, elapsed)
      await sleep(wait, cancellation)
      onRetry()
    }
  }
}

/** The last error, saying that it was not the only one. */
function exhausted(error: ExchangeError, attempts: number, elapsedMs: number): ExchangeError {
  if (attempts === 1) return error
  const tried = `(${attempts} attempts in ${Math.ceil(elapsedMs)} ms)`
  return new ExchangeError(error.code, `${error.message} ${tried}`, error.retry, { cause: error })
}
