import { Connection, type HttpRequest } from '../brain/exchange.js'
import { refused } from '../brain/exchange-error.js'
import { parseJson } from '../brain/json-reply.js'
import { NeatronError } from '../errors.js'
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
    readonly path: string,
    private readonly url: string,
    private readonly model: string,
    private readonly rows: number,
    private readonly requests: readonly HttpRequest[],
    private readonly connection: Connection,
  ) {}

  /**
   * Connects, learns the length of a row where it is not given, and asks once, so that a wrong URL
   * is known before anything is measured.
   *
   * @throws NeatronError `USAGE` when the length of a row must be given; `SERVER_UNREACHABLE` and
   *   other failures of the server
   */
  static async open(options: LoadTargetOptions): Promise<LoadTarget> {
    const { url, token, rows, connections, random } = options
    const { base, model } = parse(url)
    const connection = new Connection({ url: base, token, connections, timeoutMs: TIMEOUT_MS })
    try {
      const inputs = options.inputs ?? (await learnInputs(connection, url, model))
      const path = model === null ? '/infer' : `/v2/models/${model}/infer`
      const requests = Array.from({ length: BODIES }, (): HttpRequest => {
        const values = Array.from({ length: rows * inputs }, () => random() * 2 - 1)
        const body = model === null ? inferBody(values, rows) : oipBody(values, rows)
        return { method: 'POST', path, body, headers: JSON_HEADERS }
      })
      const target = new LoadTarget(
        inputs,
        path,
        base,
        model ?? 'default',
        rows,
        requests,
        connection,
      )
      await target.call()
      return target
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  /** One request, answered whole; fails when it is refused or some of its rows are missing. */
  readonly call = async (): Promise<void> => {
    const request = this.requests[this.#next]
    this.#next = (this.#next + 1) % BODIES
    const reply = await this.connection.exchange(request)
    if (reply.status < 200 || reply.status >= 300) throw refused(this.url, this.model, reply)
    const { outputs } = parseJson(reply, this.url) as { outputs?: { shape?: number[] }[] }
    const answered = this.path === '/infer' ? outputs?.length : outputs?.[0]?.shape?.[0]
    if (answered !== this.rows) {
      throw new NeatronError(
        'RESPONSE_INVALID',
        `${this.url}${this.path} should answer ${this.rows} rows, but answers ${answered ?? 'none'}`,
      )
    }
  }

  async close(): Promise<void> {
    await this.connection.close()
  }
}

/** The server, and the model if the URL names one. */
function parse(url: string): { base: string; model: string | null } {
  const oip = /^(.*)\/v2\/models\/([^/]+)(?:\/infer)?\/?$/.exec(url)
  if (oip) return { base: oip[1], model: oip[2] }
  return { base: url.replace(/\/(infer\/?)?$/, ''), model: null }
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
  const index: unknown = JSON.parse(reply.body.toString())
  return Array.isArray(index) ? index.map(({ name }) => encodeURIComponent(name)) : []
}

function metadata(body: Buffer): { inputs?: { name?: string; shape?: number[] }[] } {
  try {
    return JSON.parse(body.toString())
  } catch {
    return {}
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
