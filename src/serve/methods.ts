import type { FastifyInstance } from 'fastify'
import { HttpError } from './http-error.js'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const

/**
 * Answers a known address that is asked by a method it does not take with 405, and says in `Allow`
 * what it takes. To be called before the routes are added; what it returns, after them.
 */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const taken = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = taken.get(url) ?? new Set()
    for (const one of [method].flat()) methods.add(one)
    taken.set(url, methods)
  })
  return () => {
    for (const [url, methods] of [...taken]) {
      const allow = [...methods].join(', ')
      app.route({
        url,
        method: METHODS.filter((method) => !methods.has(method)),
        schema: { hide: true },
        // Before a body is read.
        onRequest: (_request, reply) => {
          reply.header('allow', allow)
          throw new HttpError('METHOD_NOT_ALLOWED', `${url} takes ${allow}.`)
        },
        handler: () => {},
      })
    }
  }
}
