import swagger from '@fastify/swagger'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from 'fastify'
import { tokenCheck } from './access.js'
import { clientError } from './client-error.js'
import type { ServerContext } from './context.js'
import { HttpError } from './http-error.js'
import { inferRoute } from './infer-route.js'
import { repositoryRoutes } from './oip/repository-routes.js'
import { oipRoutes } from './oip/routes.js'
import { SCHEMAS } from './schemas.js'

/** A request must have arrived whole within this time, or a slow sender would hold its place. */
const REQUEST_TIMEOUT_MS = 30_000

/** Builds the HTTP application: its limits, its checks, its routes, and what errors look like. */
export async function buildApp(context: ServerContext): Promise<FastifyInstance> {
  const { options, metrics } = context
  const app = Fastify({
    logger: options.log ? { level: 'info', stream: process.stderr } : false,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: Math.floor(options.maxBodyMb * 1024 * 1024),
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 256 },
    clientErrorHandler: clientError,
    frameworkErrors: (error, _request, reply) => sendError(error, reply as FastifyReply),
  })

  // Clients of the protocol send JSON under any content type or none; the routes read the bytes.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  const checkToken = options.token === null ? null : tokenCheck(options.token)
  app.addHook('onRequest', (request, _reply, done) => {
    if (context.draining && request.method === 'POST') {
      throw new HttpError('DRAINING', 'The server is shutting down.')
    }
    const encoding = request.headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity') {
      throw new HttpError('ENCODING_UNSUPPORTED', 'Expected an uncompressed body.')
    }
    checkToken?.(request)
    done()
  })

  app.setNotFoundHandler(({ method, url }) => {
    const message = `There is no ${method} ${url.slice(0, 200)}; GET /v2 and docs/server.md tell what there is.`
    throw new HttpError('ROUTE_UNKNOWN', message)
  })
  app.setErrorHandler(sendError)

  await app.register(swagger, {
    openapi: { info: { title: 'neatron inference server', version: context.versions.neatron } },
  })
  // The schemas are for the document alone.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.get('/docs/json', { schema: { hide: true } }, () => app.swagger())
  app.get('/metrics', { schema: SCHEMAS.metrics }, async (_request, reply) => {
    reply.header('content-type', metrics.contentType)
    return metrics.text()
  })
  inferRoute(app, context)
  oipRoutes(app, context)
  repositoryRoutes(app, context)
  return app

  function sendError(error: FastifyError | Error, reply: FastifyReply): void
  function sendError(error: FastifyError | Error, request: unknown, reply: FastifyReply): void
  function sendError(error: FastifyError | Error, ...rest: unknown[]): void {
    const reply = rest.at(-1) as FastifyReply
    const known = toHttpError(error)
    if (known.code === 'INTERNAL') metrics.fault(error)
    metrics.rejected(known.code)
    if (known.code === 'QUEUE_FULL') reply.header('retry-after', '1')
    if (known.code === 'UNAUTHORIZED') reply.header('www-authenticate', 'Bearer')
    reply.code(known.statusCode).send(known.toJSON())
  }

  /** Turns whatever was thrown into an error whose message is meant for clients. */
  function toHttpError(error: FastifyError | Error): HttpError {
    if (error instanceof HttpError) return error
    switch ((error as FastifyError).code) {
      case 'FST_ERR_CTP_BODY_TOO_LARGE':
        return new HttpError(
          'BODY_TOO_LARGE',
          `The body is over the limit of ${options.maxBodyMb} MiB (--max-body-mb).`,
        )
      case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
        return new HttpError('BODY_INVALID', 'The body is not as long as Content-Length says.')
      case 'FST_ERR_BAD_URL':
      case 'FST_ERR_MAX_PARAM_LENGTH':
        return new HttpError('ROUTE_UNKNOWN', 'The address cannot be read.')
      case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      case 'FST_ERR_CTP_EMPTY_TYPE':
        return new HttpError('HTTP_MALFORMED', 'The content type cannot be read.')
      default:
        return new HttpError(
          'INTERNAL',
          'The server failed on this request; its log has the details.',
        )
    }
  }
}
