import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { accessCheck } from './access.js'
import { bodyReader, piecesReader } from './body.js'
import { clientErrorHandler } from './client-error.js'
import type { ServerContext } from './context.js'
import { directServer } from './direct.js'
import { failureHandler } from './failure.js'
import { HttpError } from './http-error.js'
import { inferRoute } from './infer-route.js'
import { refuseOtherMethods } from './methods.js'
import { repositoryRoutes } from './oip/repository-routes.js'
import { oipRoutes } from './oip/routes.js'
import { requestIds } from './request-id.js'
import { SCHEMAS } from './schemas.js'

/** How often connections are looked over for requests that take too long to arrive. */
const SWEEPS = { ofTimeout: 0.25, maxMs: 5000 }

/** What the OpenAPI document says of a server with a token. */
const BEARER = {
  components: { securitySchemes: { bearer: { type: 'http' as const, scheme: 'bearer' } } },
  security: [{ bearer: [] as string[] }],
}

/** Builds the HTTP application: its limits, its checks, its routes, and what errors look like. */
export async function buildApp(context: ServerContext): Promise<FastifyInstance> {
  const { options, metrics } = context
  const { receiveTimeoutMs } = options
  const maxBodyBytes = Math.floor(options.maxBodyMb * 2 ** 20)
  const failed = failureHandler(metrics)
  const readPieces = piecesReader(maxBodyBytes, context.budget)
  const readBody = bodyReader(readPieces)
  const checkAccess = accessCheck(options)
  const app = Fastify({
    logger: options.log || options.logRequests ? { level: 'info', stream: process.stderr } : false,
    logController: new LogController({ disableRequestLogging: !options.logRequests }),
    genReqId: requestIds(),
    bodyLimit: maxBodyBytes,
    // A slow sender would hold its place.
    requestTimeout: receiveTimeoutMs,
    http: {
      requestTimeout: receiveTimeoutMs,
      headersTimeout: receiveTimeoutMs,
      connectionsCheckingInterval: Math.min(SWEEPS.maxMs, SWEEPS.ofTimeout * receiveTimeoutMs),
    },
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
    clientErrorHandler: clientErrorHandler(metrics),
    frameworkErrors: failed,
    // Requests that are to be logged go through the framework, which logs them.
    ...(!options.logRequests && { serverFactory: directServer(context, readBody, checkAccess) }),
  })

  // Clients of the protocol send JSON under any content type or none; the routes read the bytes.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => readBody(payload, done))

  app.addHook('onRequest', (request, reply, done) => {
    const error = context.failed.get(request.raw)
    if (error !== undefined) throw error
    const { headers, id } = request
    if (headers['x-request-id'] === id) reply.header('x-request-id', id)
    if (context.draining && request.method === 'POST') {
      throw new HttpError('DRAINING', 'The server is shutting down.')
    }
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity') {
      throw new HttpError('ENCODING_UNSUPPORTED', 'Expected an uncompressed body.')
    }
    checkAccess?.(request)
    done()
  })

  app.setNotFoundHandler(({ method, url }) => {
    const message = `There is no ${method} ${url.slice(0, 200)}; GET /v2 and docs/server.md tell what there is.`
    throw new HttpError('ROUTE_UNKNOWN', message)
  })
  app.setErrorHandler(failed)

  const info = { title: 'neatron inference server', version: context.versions.neatron }
  await app.register(swagger, { openapi: options.token === null ? { info } : { info, ...BEARER } })
  // The schemas are for the document alone.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  const refuseOthers = refuseOtherMethods(app)
  app.get('/docs/json', { schema: { hide: true } }, () => app.swagger())
  app.get('/metrics', { schema: SCHEMAS.metrics }, async (_request, reply) => {
    reply.header('content-type', metrics.contentType)
    return metrics.text()
  })
  inferRoute(app, context)
  oipRoutes(app, context)
  await repositoryRoutes(app, context, readPieces)
  refuseOthers()
  return app
}
