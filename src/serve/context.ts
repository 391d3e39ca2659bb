import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { describe } from '../describe.js'
import { type Asked, serverTiming } from './asked.js'
import type { ByteBudget } from './byte-budget.js'
import { HttpError } from './http-error.js'
import type { Metrics } from './metrics.js'
import type { Model } from './model.js'
import type { ResolvedOptions } from './options.js'
import type { ModelRepository } from './repository.js'
import type { Scheduler } from './scheduler.js'

/** What the routes share. */
export interface ServerContext {
  readonly options: ResolvedOptions
  readonly repository: ModelRepository
  readonly scheduler: Scheduler
  readonly metrics: Metrics
  /** What all requests together hold in memory. */
  readonly budget: ByteBudget
  readonly versions: { readonly neatron: string; readonly onnxruntime: string }
  /** Whether the server is shutting down. */
  draining: boolean
  /** Requests that {@link directServer} could not answer, with the reason, for the framework. */
  readonly failed: WeakMap<IncomingMessage, Error>
}

/** An object read from JSON. */
export type JsonObject = Record<string, unknown>

/** A request whose body is the bytes as they came. */
export type BytesRequest = FastifyRequest<{ Body: Buffer | undefined }>

/**
 * Reads JSON that must be an object.
 *
 * @throws HttpError `BODY_INVALID`.
 */
export function readObject(bytes: Buffer | undefined): JsonObject {
  if (bytes === undefined || bytes.length === 0) {
    throw new HttpError('BODY_INVALID', 'Expected a JSON object as the body, got nothing.')
  }
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new HttpError('BODY_INVALID', `The body is not JSON: ${(error as Error).message}.`)
  }
  return asObject(value, 'the body')
}

/** @throws HttpError `BODY_INVALID` when a value is not an object. */
export function asObject(value: unknown, place: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject
  }
  throw new HttpError('BODY_INVALID', `Expected ${place} to be an object, got ${describe(value)}.`)
}

/**
 * Refuses a request for inference by its head, while its body is not yet read.
 *
 * @param model the model that it is for, if its address tells
 * @throws HttpError `QUEUE_FULL`.
 */
export function checkRoom(
  { scheduler, budget }: ServerContext,
  request: IncomingMessage,
  model: Model | undefined,
): void {
  if (model !== undefined) scheduler.checkRoom(model)
  budget.check(Number(request.headers['content-length'] ?? 0))
}

/** Runs the rows of a request, says in `Server-Timing` where the time went, and gives the body. */
export async function infer(
  { scheduler }: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { model, inputs, rows, write }: Asked,
): Promise<string | Buffer> {
  const { socket } = request.raw
  const answer = await scheduler.submit(model, inputs, rows, () => socket.destroyed)
  const { headers, body } = write(answer)
  for (let at = 0; at < headers.length; at += 2) reply.header(headers[at], headers[at + 1])
  reply.header('server-timing', serverTiming(answer))
  return body
}
