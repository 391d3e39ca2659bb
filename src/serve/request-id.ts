import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Anything else would be a way to write into the log. */
const VALID = /^[\w.:+/=-]{1,128}$/

/**
 * Makes what names requests in the log and in answers: the client's `X-Request-Id`, or else a
 * number under a prefix of this process, so that ids do not repeat after a restart.
 */
export function requestIds(): (request: IncomingMessage) => string {
  const prefix = randomBytes(4).toString('hex')
  let count = 0
  return ({ headers }) => {
    const given = headers['x-request-id']
    if (typeof given === 'string' && VALID.test(given)) return given
    count += 1
    return `${prefix}-${count}`
  }
}
