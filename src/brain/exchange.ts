import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher, Pool } from 'undici'
import type { Cancellation } from './cancellation.js'
import { broken, ExchangeError, timedOut, unreachable } from './exchange-error.js'
import { nowNs } from './recorder.js'

/** One HTTP request, ready to be sent. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** Below the server's base URL, with a leading slash. */
  readonly path: string
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds it may take, if not as long as the connection's other requests. */
  readonly timeoutMs?: number
}

/** One HTTP answer, complete. */
export interface HttpReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Wall time from sending to the last byte. */
  readonly ns: number
}

/** Sends a request and gives its answer, whatever its status. */
export type Exchange = (request: HttpRequest, cancellation?: Cancellation) => Promise<HttpReply>

/** Answers larger than this are refused unread: 64 MiB, 4 million outputs even as JSON. */
const MAX_REPLY_BYTES = 64 * 2 ** 20

/** A machine that does not even refuse within this is taken for unreachable. */
const CONNECT_TIMEOUT_MS = 5_000

/** How to reach a server. */
export interface ConnectionOptions {
  /** `http:` or `https:` with host, port and optional path, or `unix:/path/to/socket`. */
  readonly url: string
  /** Sockets kept open at most. */
  readonly connections: number
  /** Milliseconds from sending to the last byte of the answer. */
  readonly timeoutMs: number
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string
}

/** Kept-alive, bounded connections to one server. */
export class Connection {
  /** Made at the first exchange: undici takes long to load, and who stays in process never needs it. */
  #pool: Pool | undefined
  readonly #makePool: () => Promise<Pool>
  #closed = false
  readonly #prefix: string
  readonly #url: string
  readonly #timeoutMs: number
  readonly #authorization: Record<string, string>

  constructor({ url, connections, timeoutMs, token }: ConnectionOptions) {
    const { origin, prefix, socketPath } = parseUrl(url)
    this.#url = url
    this.#prefix = prefix
    this.#timeoutMs = timeoutMs
    this.#authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    this.#makePool = async () => {
      const { Pool } = await import('undici')
      return new Pool(origin, {
        connections,
        socketPath,
        connect: { timeout: Math.min(timeoutMs, CONNECT_TIMEOUT_MS) },
        // One timer of our own covers the whole exchange.
        headersTimeout: 0,
        bodyTimeout: 0,
      })
    }
  }

  /**
   * One exchange, one attempt.
   *
   * @throws NeatronError `SERVER_UNREACHABLE`, `REQUEST_TIMEOUT`, or `RESPONSE_INVALID` for what is not HTTP or
   * breaks off; the reason of `cancellation` when that ends it.
   */
  readonly exchange: Exchange = async (request, cancellation) => {
    if (this.#pool === undefined) {
      const pool = await this.#makePool()
      // Exchanges that began together share the first pool made.
      this.#pool ??= pool
      if (this.#closed) await this.close()
    }
    return this.#dispatch(this.#pool, request, cancellation)
  }

  /** Closes every socket at once. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#pool?.destroy()
  }

  #dispatch(
    pool: Pool,
    request: HttpRequest,
    cancellation: Cancellation | undefined,
  ): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      cancellation?.throwIfCancelled()
      const { method, path, body = null, headers, timeoutMs = this.#timeoutMs } = request
      const handler = new ReplyHandler(this.#url, timeoutMs, cancellation, resolve, reject)
      const options = {
        method,
        path: this.#prefix + path,
        body,
        headers: { ...headers, ...this.#authorization },
      }
      try {
        pool.dispatch(options, handler)
      } catch (error) {
        handler.fail(unreachable(this.#url, error))
      }
    })
  }
}

/** Collects one answer and settles one promise, once. */
class ReplyHandler implements Dispatcher.DispatchHandler {
  readonly #timer: NodeJS.Timeout
  readonly #startedAt = nowNs()
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: IncomingHttpHeaders = {}
  #bytes = 0
  #settled = false

  constructor(
    private readonly url: string,
    private readonly timeoutMs: number,
    private readonly cancellation: Cancellation | undefined,
    private readonly resolve: (reply: HttpReply) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    this.#timer = setTimeout(() => this.fail(timedOut(this.url, this.timeoutMs)), timeoutMs)
    cancellation?.listen((reason) => this.fail(reason))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // It may have timed out or been cancelled while it waited for a socket.
    if (this.#settled) controller.abort(new Error('no longer wanted'))
  }

  onResponseStart(_: unknown, status: number, headers: IncomingHttpHeaders): void {
    // 1xx come before the answer itself.
    if (status < 200) return
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > MAX_REPLY_BYTES) {
      this.fail(
        new ExchangeError(
          'RESPONSE_INVALID',
          `${this.url} answers with more than ${MAX_REPLY_BYTES} bytes; check what is listening there`,
        ),
      )
      return
    }
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (!this.#settle()) return
    const body = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks)
    const ns = nowNs() - this.#startedAt
    this.resolve({ status: this.#status, headers: this.#headers, body, ns })
  }

  onResponseError(_: unknown, error: Error): void {
    const answering = this.#status !== 0
    this.fail(answering ? broken(this.url, this.#bytes, error) : unreachable(this.url, error))
  }

  fail(error: unknown): void {
    if (!this.#settle()) return
    this.#controller?.abort(new Error('no longer wanted'))
    this.reject(error)
  }

  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    clearTimeout(this.#timer)
    this.cancellation?.listen(undefined)
    return true
  }
}

/** Origin, path prefix and socket of a server's URL. */
function parseUrl(url: string): { origin: string; prefix: string; socketPath?: string } {
  if (url.startsWith('unix:')) {
    // Both unix:/path and unix:///path are in use.
    return {
      origin: 'http://localhost',
      prefix: '',
      socketPath: url.slice(5).replace(/^\/\/(?=\/)/, ''),
    }
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
    throw new ExchangeError(
      'ARGUMENT_RANGE',
      `url must be like http://127.0.0.1:8000 or unix:/run/neatron.sock, but is ${JSON.stringify(url)}`,
    )
  }
  return { origin: parsed.origin, prefix: parsed.pathname.replace(/\/+$/, '') }
}
