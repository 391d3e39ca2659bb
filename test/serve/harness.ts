import type { ExecutionContext } from 'ava'
import { Agent, request } from 'undici'
import { Genome } from '#src/genome/genome.js'
import { createServer, type ServerOptions } from '#src/serve/server.js'
import { bareGenome } from '../bare-genome.js'

/** What a test sees of an answer. */
export interface Reply {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly bytes: Buffer
  /** The body as JSON; undefined when it is not. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any
}

/** A running server and the ways to ask it. */
export interface Client {
  readonly url: string
  get(path: string, headers?: Record<string, string>): Promise<Reply>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>
  close(): Promise<void>
}

/** Starts a server on a free port, stopped at the end of the test. */
export async function start(t: ExecutionContext, options: ServerOptions = {}): Promise<Client> {
  const server = await createServer({ port: 0, ...options })
  const dispatcher = new Agent({ connections: 64, pipelining: 1 })
  t.teardown(async () => {
    await server.close()
    await dispatcher.close()
  })
  const ask = async (
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string>,
    body?: unknown,
  ): Promise<Reply> => {
    const sent =
      body === undefined || typeof body === 'string' || body instanceof Uint8Array
        ? (body ?? null)
        : JSON.stringify(body)
    const reply = await request(server.url + path, { method, headers, body: sent, dispatcher })
    const bytes = Buffer.from(await reply.body.arrayBuffer())
    return { status: reply.statusCode, headers: reply.headers, bytes, json: parse(bytes) }
  }
  return {
    url: server.url,
    get: (path, headers = {}) => ask('GET', path, headers),
    post: (path, body, headers = {}) => ask('POST', path, headers, body),
    close: () => server.close(),
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** A genome of 3 inputs and 2 outputs, without activations that magnify rounding. */
export function smallGenome(seed = 1): Genome {
  return Genome.random({ inputs: 3, outputs: 2, hidden: 4, activations: ['tanh', 'sigmoid'], seed })
}

/** A network whose output overflows for large inputs. */
export const overflowing = bareGenome('identity', { weight: 8 })

/** Rows of numbers that differ from each other. */
export function someRows(count: number, width = 3): number[][] {
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: width }, (_, column) => Math.sin(1 + row * width + column)),
  )
}

/** Whether rows are the native answers within the exported model's tolerance. */
export function isAnswer(outputs: unknown, expected: readonly ArrayLike<number>[]): boolean {
  return (
    Array.isArray(outputs) &&
    outputs.length === expected.length &&
    expected.every((row, r) =>
      Array.from(row).every(
        (y, column) => Math.abs(outputs[r][column] - y) <= 1e-5 * Math.max(1, Math.abs(y)),
      ),
    )
  )
}

/** A body of the binary tensor data extension. */
export function binaryBody(header: object, ...tensors: ArrayBufferView[]) {
  const json = Buffer.from(JSON.stringify(header))
  const blobs = tensors.map((t) => Buffer.from(t.buffer, t.byteOffset, t.byteLength))
  return {
    body: Buffer.concat([json, ...blobs]),
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(json.length),
    },
  }
}
