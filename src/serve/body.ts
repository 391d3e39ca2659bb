import type { IncomingMessage } from 'node:http'
import type { ByteBudget } from './byte-budget.js'
import { HttpError } from './http-error.js'

type Done = (error: Error | null, body?: Buffer) => void

/**
 * Makes the parser of bodies, which leaves them as they are: bytes. They count against the budget
 * from when they arrive to when the route begins to read them.
 *
 * @param maxBytes most bytes of one body
 */
export function bodyReader(maxBytes: number, budget: ByteBudget) {
  const tooLarge = () => {
    const mib = Number((maxBytes / 2 ** 20).toFixed(4))
    return new HttpError(
      'BODY_TOO_LARGE',
      `The body is over the limit of ${mib} MiB (--max-body-mb).`,
    )
  }
  return (request: IncomingMessage, done: Done): void => {
    const length = request.headers['content-length']
    if (length !== undefined && Number(length) > maxBytes) {
      done(tooLarge())
      return
    }
    const chunks: Buffer[] = []
    let received = 0
    const settle = (error: Error | null, body?: Buffer): void => {
      request.off('data', onData).off('end', onEnd).off('error', onError)
      budget.give(received)
      done(error, body)
    }
    const onData = (chunk: Buffer): void => {
      try {
        if (received + chunk.length > maxBytes) throw tooLarge()
        budget.take(chunk.length)
      } catch (error) {
        settle(error as HttpError)
        return
      }
      received += chunk.length
      chunks.push(chunk)
    }
    // Copied even if it is one chunk, which may be part of a larger buffer and keep that alive.
    const onEnd = (): void => settle(null, Buffer.concat(chunks, received))
    const onError = (): void => settle(new HttpError('BODY_INVALID', 'The body broke off.'))
    request.on('data', onData).on('end', onEnd).on('error', onError)
  }
}
