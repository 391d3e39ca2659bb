import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { HttpError } from './http-error.js'
import type { Metrics } from './metrics.js'

/** What Fastify itself finds wrong with a request. */
const CODES: Readonly<Record<string, () => HttpError>> = {
  FST_ERR_BAD_URL: () => new HttpError('ROUTE_UNKNOWN', 'The address cannot be read.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new HttpError('ROUTE_UNKNOWN', 'The address cannot be read.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: unreadableType,
  FST_ERR_CTP_EMPTY_TYPE: unreadableType,
}

/**
 * Makes the handler that answers whatever was thrown. What is not meant for clients is logged with
 * the request's id; the client gets the id and no more.
 */
export function failureHandler(metrics: Metrics) {
  return (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    const known = toHttpError(error)
    if (known.code === 'INTERNAL') request.log.error(error.cause ?? error)
    metrics.rejected(known.code)
    reply.header('x-request-id', request.id)
    if (known.code === 'QUEUE_FULL') reply.header('retry-after', '1')
    if (known.code === 'UNAUTHORIZED') reply.header('www-authenticate', 'Bearer')
    reply.code(known.statusCode).send(known.toJSON())
  }
}

function toHttpError(error: FastifyError | Error): HttpError {
  if (error instanceof HttpError) return error
  const known = CODES[(error as FastifyError).code]
  return (
    known?.() ??
    new HttpError('INTERNAL', 'The server failed on this request; its log has the details.')
  )
}

function unreadableType(): HttpError {
  return new HttpError('HTTP_MALFORMED', 'The content type cannot be read.')
}
