import { Cancellation, sleep } from './cancellation.js'
import type { Exchange, HttpRequest } from './exchange.js'
import { ExchangeError } from './exchange-error.js'

const POLL_MS = 250
const PROBE_TIMEOUT_MS = 2_000

/** Outlasts a server's absence: waits until it is ready again, restores it, and does the work anew. */
export class ServerReturn {
  readonly #abandoned = new Cancellation()
  #returning: Promise<boolean> | undefined

  /** `restore` brings the population to a server that has just come back; with `waitMs` 0 nothing is outlasted. */
  constructor(
    private readonly exchange: Exchange,
    private readonly waitMs: number,
    private readonly restore: () => Promise<void>,
  ) {}

  /** Does `work`, again after each return of the server, until `waitMs` after its first failure. */
  async outlast<Result>(work: () => Promise<Result>): Promise<Result> {
    let failedAt: number | undefined
    for (;;) {
      try {
        return await work()
      } catch (error) {
        failedAt ??= performance.now()
        const left = failedAt + this.waitMs - performance.now()
        if (left <= 0 || !mayReturn(error)) throw error
        // Requests in flight fail together, and wait together.
        this.#returning ??= this.#returned(left, error).finally(() => {
          this.#returning = undefined
        })
        if (!(await this.#returning)) throw error
      }
    }
  }

  /** Stops waiting: whoever waits gets `reason`. */
  abandon(reason: unknown): void {
    this.#abandoned.cancel(reason)
  }

  /** Whether the server came back in time from what made it fail with `failure`. */
  async #returned(waitMs: number, failure: ExchangeError): Promise<boolean> {
    const until = performance.now() + waitMs
    while (performance.now() < until) {
      await sleep(POLL_MS, this.#abandoned)
      if (!(await this.#ready())) continue
      try {
        // One that is merely busy has the population still, and should not be asked to load it again;
        // if it was started anew in the meantime, it says so at the next attempt.
        if (failure.code !== 'SERVER_BUSY') await this.restore()
        return true
      } catch (error) {
        if (!mayReturn(error)) throw error
      }
    }
    return false
  }

  /** Whether the server says so; one that says nothing yet is not. */
  async #ready(): Promise<boolean> {
    const path = '/v2/health/ready'
    const request: HttpRequest = { method: 'GET', path, timeoutMs: PROBE_TIMEOUT_MS }
    try {
      return (await this.exchange(request, this.#abandoned)).status === 200
    } catch (error) {
      if (error instanceof ExchangeError) return false
      throw error
    }
  }
}

/** Whether the server is down, draining or starting, or was started anew without our model. */
function mayReturn(error: unknown): error is ExchangeError {
  return (
    error instanceof ExchangeError &&
    (error.retry.transient === true || error.code === 'MODEL_NOT_FOUND')
  )
}
