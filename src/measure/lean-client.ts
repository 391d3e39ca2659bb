import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { NeatronError } from '../errors.js'

/** One answer: enough to tell whether it is one. */
export interface LeanReply {
  readonly status: number
  readonly body: Buffer
}

const TIMEOUT_MS = 30_000
const HEAD_END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/**
 * HTTP/1.1 with as little as a load generator needs: requests are bytes made beforehand, one in
 * flight on each kept-alive connection, and of an answer's head only status and length are read. A
 * full client costs more processor time for a request than the server that is to be measured, and
 * on a small machine it would be the client that is measured.
 */
export class LeanClient {
  readonly #free: LeanConnection[]
  readonly #waiting: ((connection: LeanConnection) => void)[] = []
  readonly #all: readonly LeanConnection[]

  /** @param connections requests in flight at most; more wait their turn */
  constructor(url: string, connections: number) {
    const target = new URL(url)
    this.#all = Array.from({ length: connections }, () => new LeanConnection(target))
    this.#free = [...this.#all]
  }

  /** @throws NeatronError `SERVER_UNREACHABLE`, `REQUEST_TIMEOUT`, `RESPONSE_INVALID` */
  async send(request: Buffer): Promise<LeanReply> {
    const connection =
      this.#free.pop() ??
      (await new Promise<LeanConnection>((resolve) => {
        this.#waiting.push(resolve)
      }))
    try {
      return await connection.send(request)
    } finally {
      const next = this.#waiting.shift()
      if (next) next(connection)
      else this.#free.push(connection)
    }
  }

  close(): void {
    for (const connection of this.#all) connection.close()
  }
}

/** The bytes of a POST request. */
export function postBytes(url: string, path: string, body: string, token?: string): Buffer {
  const { host } = new URL(url)
  const authorization = token === undefined ? '' : `authorization: Bearer ${token}\r\n`
  const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${authorization}\r\n`
  return Buffer.from(head + body)
}

/** One kept-alive connection, made anew when the server has closed it. */
class LeanConnection {
  #socket: Socket | undefined
  #received: Buffer | undefined
  #resolve: ((reply: LeanReply) => void) | undefined
  #reject: ((error: NeatronError) => void) | undefined

  constructor(private readonly url: URL) {}

  send(request: Buffer): Promise<LeanReply> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#socket ??= this.#connect()
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket?.destroy()
  }

  #connect(): Socket {
    const { protocol, hostname, port, pathname } = this.url
    // An IPv6 address stands in brackets in a URL, and without them everywhere else.
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    const socket =
      protocol === 'https:'
        ? connectTls({ host, servername: host, port: Number(port || 443) })
        : protocol === 'unix:'
          ? connectTcp({ path: pathname })
          : connectTcp({ host, port: Number(port || 80) })
    socket.setNoDelay(true)
    socket.setTimeout(TIMEOUT_MS, () => {
      const message = `no answer from ${this.url.origin} within ${TIMEOUT_MS / 1000} s; see whether the server is overloaded`
      this.#fail(new NeatronError('REQUEST_TIMEOUT', message))
    })
    socket.on('data', (chunk) => this.#receive(chunk))
    const gone = (reason: string) => {
      if (this.#socket !== socket) return
      const message = `cannot reach ${this.url.origin}: ${reason}; start the server or correct the URL`
      this.#fail(new NeatronError('SERVER_UNREACHABLE', message))
    }
    socket.on('error', (error: NodeJS.ErrnoException) => gone(error.code ?? error.message))
    socket.on('close', () => gone('it closed the connection'))
    return socket
  }

  #receive(chunk: Buffer): void {
    const received = this.#received ? Buffer.concat([this.#received, chunk]) : chunk
    const headEnd = received.indexOf(HEAD_END)
    if (headEnd === -1) {
      this.#received = received
      return
    }
    const head = received.toString('latin1', 0, headEnd).toLowerCase()
    const status = Number(head.slice(9, 12))
    const bodyStart = headEnd + HEAD_END.length
    const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1]
    if (length === undefined && !head.includes('transfer-encoding: chunked')) {
      const message = `${this.url.origin} answers without a length (HTTP/1.1 with content-length or chunks is needed)`
      this.#fail(new NeatronError('RESPONSE_INVALID', message))
      return
    }
    const complete =
      length === undefined
        ? received.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)
        : received.length >= bodyStart + Number(length)
    if (!complete) {
      this.#received = received
      return
    }
    this.#received = undefined
    if (head.includes('connection: close')) this.#drop()
    const resolve = this.#resolve
    this.#resolve = undefined
    this.#reject = undefined
    resolve?.({ status, body: received.subarray(bodyStart) })
  }

  #fail(error: NeatronError): void {
    this.#drop()
    this.#received = undefined
    const reject = this.#reject
    this.#resolve = undefined
    this.#reject = undefined
    reject?.(error)
  }

  /** Lets go of the socket; the next request opens another. */
  #drop(): void {
    const socket = this.#socket
    this.#socket = undefined
    socket?.destroy()
  }
}
