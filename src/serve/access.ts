import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { HttpError } from './http-error.js'

/** Addresses that answer without a token: a load balancer asks them, and they tell nothing. */
const OPEN = new Set(['/v2/health/live', '/v2/health/ready'])

/**
 * Makes the check of the bearer token. Digests are compared, in constant time, so neither the
 * token's bytes nor its length can be learnt from how long an answer takes.
 */
export function tokenCheck(token: string): (request: FastifyRequest) => void {
  const expected = digest(token)
  return (request) => {
    if (OPEN.has(request.routeOptions.url ?? '')) return
    const [scheme, given] = (request.headers.authorization ?? '').split(' ', 2)
    const known = scheme?.toLowerCase() === 'bearer' && given !== undefined
    if (known && timingSafeEqual(digest(given), expected)) return
    const got = known ? 'another one' : 'none'
    throw new HttpError(
      'UNAUTHORIZED',
      `Expected the server's token as "Authorization: Bearer TOKEN", got ${got}.`,
    )
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
