import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { availableParallelism } from 'node:os'
import type { FastifyServerFactory } from 'fastify'
import type { Check } from './access.js'
import { type Asked, JSON_TYPE, serverTiming } from './asked.js'
import type { bodyReader } from './body.js'
import { checkRoom, type ServerContext } from './context.js'
import { readInfer } from './infer-route.js'
import type { Answer } from './job.js'
import { JSON_LENGTH, readOipInfer } from './oip/infer.js'
import { Vigil } from './vigil.js'

/** Beside the work that a larger body makes, what the framework costs is little. */
const MOST_BYTES = 64 * 1024

const OIP = /^\/v2\/models\/([\w.-]{1,128})\/infer$/

/** What clients of both protocols say. */
const TYPES = new Set(['application/json', JSON_TYPE, 'application/octet-stream'])

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Makes an HTTP server that answers plain requests for inference itself and has the framework
 * answer everything else. What the framework does for a request costs about an eighth of a single call
 * on one core: much code, that is no longer in the processor's caches after each run.
 *
 * The framework has the last word on whatever is not plain: other addresses and headers, checks
 * that fail, and all errors, which it is handed in `context.failed`.
 */
export function directServer(
  context: ServerContext,
  readBody: ReturnType<typeof bodyReader>,
  checkAccess: Check | undefined,
): FastifyServerFactory {
  // A client on the only processor could not ask while the server stays awake on it.
  const vigil = new Vigil(availableParallelism() > 1 ? context.options.stayAwakeUs : 0)
  const answer = directAnswers(context, readBody, checkAccess, vigil)
  return (framework, { http, keepAliveTimeout, requestTimeout }): Server => {
    const server = createServer(http as object, (request, response) => {
      vigil.arrived()
      if (!answer(request, response, framework as Listener)) framework(request, response)
    })
    // As the framework sets up its own.
    server.keepAliveTimeout = keepAliveTimeout as number
    server.requestTimeout = requestTimeout as number
    return server
  }
}

function directAnswers(
  context: ServerContext,
  readBody: ReturnType<typeof bodyReader>,
  checkAccess: Check | undefined,
  vigil: Vigil,
) {
  const { scheduler, repository, failed } = context

  /** Whether nothing speaks against a request of this head. */
  function isPlain(request: IncomingMessage, model: string | undefined): boolean {
    const { headers } = request
    const length = Number(headers['content-length'])
    if (
      context.draining ||
      !(length > 0 && length <= MOST_BYTES) ||
      !TYPES.has(headers['content-type'] ?? '') ||
      headers['content-encoding'] !== undefined ||
      headers['x-request-id'] !== undefined
    ) {
      return false
    }
    try {
      checkAccess?.(request)
      checkRoom(context, request, repository.peek(model))
      return true
    } catch {
      return false
    }
  }

  return (request: IncomingMessage, response: ServerResponse, framework: Listener): boolean => {
    const url = request.url!
    const isInfer = url === '/infer'
    const name = isInfer ? undefined : OIP.exec(url)?.[1]
    if (request.method !== 'POST' || !(isInfer || name !== undefined)) return false
    if (!isPlain(request, name)) return false
    const { socket, headers } = request
    const fail = (error: Error): void => {
      failed.set(request, error)
      framework(request, response)
    }
    const read = (body: Buffer | undefined): Asked =>
      isInfer
        ? readInfer(body, repository)
        : readOipInfer(repository.find(name), body, headers[JSON_LENGTH] as string | undefined)
    readBody(request, (error, body) => {
      if (error !== null) {
        fail(error)
        return
      }
      try {
        const asked = read(body)
        scheduler
          .submit(asked.model, asked.inputs, asked.rows, () => socket.destroyed)
          .then((answer) => {
            send(response, asked, answer, context.draining)
            vigil.answered()
          })
          .catch(fail)
      } catch (error) {
        fail(error as Error)
      }
    })
    return true
  }
}

function send(response: ServerResponse, asked: Asked, answer: Answer, last: boolean): void {
  const { headers, body } = asked.write(answer)
  const all = [...headers, 'server-timing', serverTiming(answer)]
  all.push('content-length', String(Buffer.byteLength(body)))
  if (last) all.push('connection', 'close')
  response.writeHead(200, all)
  response.end(body)
}
