import { type ErrorCode, NeatronError } from '../errors.js'
import type { HttpReply } from './exchange.js'

/** A failed exchange, with what the retry layer needs to know of it. */
export class ExchangeError extends NeatronError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly retry: {
      /** Whether the same request may succeed when it is made again. */
      readonly transient?: boolean
      /** The least time to wait before that, as the server asks. */
      readonly afterMs?: number
    } = {},
    options?: ErrorOptions,
  ) {
    super(code, message, options)
  }
}

/** No connection, or one that broke before the answer began. */
export function unreachable(url: string, cause: unknown): ExchangeError {
  const { name, code, message } = cause as NodeJS.ErrnoException
  if (name === 'HTTPParserError') {
    return new ExchangeError(
      'RESPONSE_INVALID',
      `${url} does not answer in HTTP (${message}); check what is listening there`,
      {},
      { cause },
    )
  }
  const reason = message || code || String(cause)
  return new ExchangeError(
    'SERVER_UNREACHABLE',
    `cannot reach the inference server at ${url}: ${reason}; start it (neatron serve) or correct the URL`,
    { transient: true },
    { cause },
  )
}

/** A connection that broke in the middle of the answer. */
export function broken(url: string, bytes: number, cause: Error): ExchangeError {
  return new ExchangeError(
    'RESPONSE_INVALID',
    `the answer of ${url} broke off after ${bytes} bytes of its body: ${cause.message}; see the server's log`,
    { transient: true },
    { cause },
  )
}

/** No complete answer in time. */
export function timedOut(url: string, timeoutMs: number): ExchangeError {
  return new ExchangeError(
    'REQUEST_TIMEOUT',
    `no complete answer from ${url} within ${Math.ceil(timeoutMs)} ms; see whether the server is overloaded, or raise timeoutMs and retry.deadlineMs`,
  )
}

/** An answer that is not what was asked for. `expected` and `came` complete its sentence. */
export function invalid(url: string, expected: string, came: string): ExchangeError {
  return new ExchangeError(
    'RESPONSE_INVALID',
    `the answer of ${url} should hold ${expected}, but has ${came}; check that the server has this model and speaks this protocol`,
  )
}

/** What a status other than 2xx means for an inference request to `model`. */
export function refused(url: string, model: string, reply: HttpReply): ExchangeError {
  const { status } = reply
  const said = `${url} answers ${status}: ${serverMessage(reply)}`
  switch (status) {
    case 404:
      return new ExchangeError(
        'MODEL_NOT_FOUND',
        `${said}; model ${JSON.stringify(model)} is not loaded there: load it, or name another`,
      )
    case 422:
      return new ExchangeError(
        'OUTPUT_NOT_FINITE',
        `${said}; these inputs overflow the network: scale them, or bound the weights`,
      )
    case 408:
    case 429:
    case 502:
    case 503:
    case 504:
      return new ExchangeError(
        'SERVER_BUSY',
        `${said}; send less at a time, or give the server longer queues`,
        { transient: true, afterMs: retryAfterMs(reply) },
      )
    case 401:
      return new ExchangeError('SERVER_ERROR', `${said}; give the server's token`)
    case 413:
      return new ExchangeError(
        'REQUEST_TOO_LARGE',
        `${said}; raise its limit of a body (neatron serve: --max-body-mb)`,
      )
    default:
      return new ExchangeError('SERVER_ERROR', `${said}; see the server's log`)
  }
}

/** What the server says went wrong: the `error` of our server, Triton and others, or FastAPI's `detail`. */
export function serverMessage({ body }: HttpReply): string {
  const text = body.toString('utf8', 0, 2048).replace(/\s+/g, ' ').trim()
  try {
    const { error, detail } = JSON.parse(text)
    const message = error?.message ?? error ?? detail
    if (typeof message === 'string') return message
  } catch {
    // Not JSON: proxies answer in HTML or text.
  }
  return text === '' ? 'no message' : text.slice(0, 300)
}

/** `Retry-After`, in seconds or as a date, in milliseconds from now. */
function retryAfterMs({ headers }: HttpReply): number | undefined {
  const value = headers['retry-after']
  if (value === undefined) return undefined
  const ms = /^\s*\d+(\.\d+)?\s*$/.test(value)
    ? Number(value) * 1000
    : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
