import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Asked, serverTiming } from './asked.js'
import type { ByteBudget } from './byte-budget.js'
import type { Metrics } from './metrics.js'
import type { Model } from './model.js'
import type { ModelThread } from './model-thread.js'
import type { ResolvedOptions } from './options.js'
import type { ModelRepository } from './repository.js'
import type { Scheduler } from './scheduler.js'

/** What the routes share. */
export interface ServerContext {
  readonly options: ResolvedOptions
  readonly repository: ModelRepository
  /** Where large work is done. */
  readonly thread: ModelThread
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

/** A request whose body is the bytes as they came. */
export type BytesRequest = FastifyRequest<{ Body: Buffer | undefined }>

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
