import { Connection, type HttpRequest } from '../brain/exchange.js'
import { refused } from '../brain/exchange-error.js'
import { parseJson } from '../brain/json-reply.js'
import { NeatronError } from '../errors.js'
import { parseEndpoint } from './endpoint.js'
import { LeanClient, postBytes } from './lean-client.js'
import type { Uniform } from './statistics.js'

/** Where load goes, and what it looks like. */
export interface LoadTargetOptions {
  /** A server, its `/infer`, or the `/v2/models/NAME/infer` of a model. */
  readonly url: string
  readonly token?: string
  /** Rows a request. */
  readonly rows: number
  /** Length of a row; asked of the server's metadata when it is left out. */
  readonly inputs?: number
  /** Connections, each with one request in flight. */
  readonly connections: number
  readonly random: Uniform
}

/** Different bodies sent in turn, so that no cache of answers can help. */
const BODIES = 64

const TIMEOUT_MS = 30_000

const JSON_HEADERS = { 'content-type': 'application/json' }

/** An endpoint that is asked for random rows, over and over. */
export class LoadTarget {
  #next = 0

  private constructor(
    /** Length of a row. */
    readonly inputs: number,
    private readonly url: string,
    private readonly requests: readonly Buffer[],
    private readonly client: LeanClient,
  ) {}

  /**
   * Connects, learns the length of a row where it is not given, and asks each request once, so that
   * a wrong URL or an answer that lacks rows is known before anything is measured.
   *
   * @throws NeatronError `USAGE` when the length of a row must be given, or for a Unix domain socket;
   *   `SERVER_UNREACHABLE` and other failures of the server
   */
  static async open(options: LoadTargetOptions): Promise<LoadTarget> {
    const { url, token, rows, connections, random } = options
    const { base, model } = parseEndpoint(url)
    if (base.startsWith('unix:')) {
      throw new NeatronError('USAGE', `Load goes to http:// and https:// URLs, not to ${url}.`)
    }
    const connection = new Connection({ url: base, token, connections: 1, timeoutMs: TIMEOUT_MS })
    try {
      const inputs = options.inputs ?? (await learnInputs(connection, url, model))
      const path = model === null ? '/infer' : `/v2/models/${model}/infer`
      const bodies = Array.from({ length: BODIES }, () => {
        const values = Array.from({ length: rows * inputs }, () => sixDigits(random() * 2 - 1))
        return model === null ? inferBody(values, rows) : oipBody(values, rows)
      })
      for (const body of bodies) {
        await checkAnswer(
          connection,
          base,
          { method: 'POST', path, body, headers: JSON_HEADERS },
          model,
          rows,
        )
      }
      const below = new URL(base).pathname.replace(/\/$/, '') + path
      const requests = bodies.map((body) => postBytes(base, below, body, token))
      return new LoadTarget(inputs, base + path, requests, new LeanClient(base, connections))
    } finally {
      await connection.close()
    }
  }

  /** One request and its answer; only its status is looked at. */
  readonly call = async (): Promise<void> => {
    const request = this.requests[this.#next]
    this.#next = (this.#next + 1) % this.requests.length
    const { status, body } = await this.client.send(request)
    if (status >= 200 && status < 300) return
    const said = body.toString('utf8', 0, 300)
    throw new NeatronError('SERVER_ERROR', `${this.url} answers ${status}: ${said}`)
  }

  /** As `call`, but what an endpoint or a connection fails with is returned. */
  readonly attempt = async (): Promise<NeatronError | undefined> => {
    try {
      await this.call()
    } catch (error) {
      if (!(error instanceof NeatronError)) throw error
      return error
    }
    return undefined
  }

  close(): void {
    this.client.close()
  }
}

/** As many as a sensor has, and as scripts/infer.lua writes: the length of a body is part of a load. */
function sixDigits(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

async function checkAnswer(
  { exchange }: Connection,
  url: string,
  request: HttpRequest,
  model: string | null,
  rows: number,
): Promise<void> {
  const reply = await exchange(request)
  if (reply.status < 200 || reply.status >= 300) throw refused(url, model ?? 'default', reply)
  const { outputs } = parseJson(reply, url) as { outputs?: { shape?: number[] }[] }
  const answered = request.path === '/infer' ? outputs?.length : outputs?.[0]?.shape?.[0]
  if (answered === rows) return
  throw new NeatronError(
    'RESPONSE_INVALID',
    `${url}${request.path} should answer ${rows} rows, but answers ${answered ?? 'none'}; check that it is an inference endpoint`,
  )
}

/** The last dimension of the only model's, or the named model's, `inputs`. */
async function learnInputs(
  { exchange }: Connection,
  url: string,
  model: string | null,
): Promise<number> {
  const names = model === null ? await modelNames(exchange) : [model]
  if (names.length === 1) {
    const reply = await exchange({ method: 'GET', path: `/v2/models/${names[0]}` })
    if (model !== null && reply.status === 404) throw refused(url, model, reply)
    const found = metadata(reply.body).inputs?.find(({ name }) => name === 'inputs')
    const length = found?.shape?.at(-1)
    if (length !== undefined && length > 0) return length
  }
  const why = names.length > 1 ? `it serves ${names.length} models` : 'its metadata does not tell'
  throw new NeatronError(
    'USAGE',
    `How many inputs a row has at ${url} cannot be learned (${why}): give --inputs, or a URL like .../v2/models/NAME/infer.`,
  )
}

async function modelNames(exchange: Connection['exchange']): Promise<string[]> {
  const reply = await exchange({
    method: 'POST',
    path: '/v2/repository/index',
    body: '{}',
    headers: JSON_HEADERS,
  })
  if (reply.status !== 200) return []
  const index = readJson(reply.body)
  return Array.isArray(index) ? index.map((entry) => encodeURIComponent(entry?.name)) : []
}

function metadata(body: Buffer): { inputs?: { name?: string; shape?: number[] }[] } {
  return (readJson(body) as object | null) ?? {}
}

/** What a body holds; null when it is not JSON, as of a web server that is no inference server. */
function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null
  }
}

function inferBody(values: readonly number[], rows: number): string {
  const size = values.length / rows
  const inputs = Array.from({ length: rows }, (_, row) =>
    values.slice(row * size, (row + 1) * size),
  )
  return JSON.stringify({ inputs })
}

function oipBody(values: readonly number[], rows: number): string {
  const shape = [rows, values.length / rows]
  return JSON.stringify({ inputs: [{ name: 'inputs', datatype: 'FP32', shape, data: values }] })
}
