import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { describe } from '../describe.js'
import { HttpError } from './http-error.js'
import type { ResolvedOptions } from './options.js'

/** What is known of a request before its body is read. */
export interface RequestHead {
  readonly headers: IncomingHttpHeaders
  readonly method?: string
  /** The route that it is for, when the framework has found it. */
  readonly routeOptions?: { readonly url?: string }
}

/** Refuses a request by its head, before its body is read. */
export type Check = (request: RequestHead) => void

/** Addresses that answer without a token: a load balancer asks them, and they tell nothing. */
const OPEN = new Set(['/v2/health/live', '/v2/health/ready'])

/** `Host` of a request to an address of {@link isLoopback}: one test, for every request has it made. */
const LOOPBACK_HOST = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d*)?$/i

/** The check that a server's options ask for; none where only its own user can reach it. */
export function accessCheck({
  token,
  socket,
}: Pick<ResolvedOptions, 'token' | 'socket'>): Check | undefined {
  if (token !== null) return tokenCheck(token)
  return socket === null ? pageCheck : undefined
}

/**
 * Makes the check of the bearer token. Digests are compared, in constant time, so neither the
 * token's bytes nor its length can be learnt from how long an answer takes.
 */
export function tokenCheck(token: string): Check {
  const expected = digest(token)
  return (request) => {
    if (OPEN.has(request.routeOptions?.url ?? '')) return
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

/**
 * Keeps web pages away from a server on loopback that asks for no token: any page can make the
 * browser that shows it send requests here. One whose name was made to lead to loopback (DNS
 * rebinding) betrays itself by `Host`; any other by `Origin`, which browsers send with every POST,
 * also with those for which they ask no leave first (text/plain).
 */
export function pageCheck({ headers, method }: RequestHead): void {
  const { host, origin } = headers
  if (host !== undefined && !LOOPBACK_HOST.test(host)) {
    throw new HttpError(
      'HOST_REFUSED',
      `Without a token this server answers to names of this machine only (localhost, 127.0.0.1, [::1]), got ${describe(host)} as Host.`,
    )
  }
  if (method === 'POST' && origin !== undefined) {
    throw new HttpError(
      'ORIGIN_REFUSED',
      'Web pages may not send requests to a server without a token.',
    )
  }
}

/** Whether a host can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return (
    host.toLowerCase() === 'localhost' ||
    host === '::1' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
  )
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
