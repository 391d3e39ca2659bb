import type { IncomingMessage } from 'node:http'
import type { ByteBudget } from './byte-budget.js'
import { HttpError } from './http-error.js'

/** A body in the pieces in which it has come. */
export interface BodyPieces {
  readonly pieces: readonly Buffer[]
  /** Bytes in all. */
  readonly length: number
}

type Done<Body> = (error: Error | null, body?: Body) => void

/**
 * Makes the parser of bodies, which leaves them as they are: bytes.
 *
 * @param readPieces from {@link piecesReader}
 */
export function bodyReader(readPieces: ReturnType<typeof piecesReader>) {
  return (request: IncomingMessage, done: Done<Buffer>): void => {
    // Copied even if it is one piece, which may be part of a larger buffer and keep that alive.
    readPieces(request, (error, body) => done(error, body && joined(body)))
  }
}

/** A body in one piece. */
export function joined({ pieces, length }: BodyPieces): Buffer {
  return Buffer.concat(pieces, length)
}

/**
 * Makes the parser of bodies that may be too large to be joined here. Bodies count against the
 * budget from when they arrive to when the route begins to read them.
 *
 * @param maxBytes most bytes of one body
 */
export function piecesReader(maxBytes: number, budget: ByteBudget) {
  const tooLarge = () => {
    const mib = Number((maxBytes / 2 ** 20).toFixed(4))
    return new HttpError(
      'BODY_TOO_LARGE',
      `The body is over the limit of ${mib} MiB (--max-body-mb).`,
    )
  }
  return (request: IncomingMessage, done: Done<BodyPieces>): void => {
    const length = request.headers['content-length']
    if (length !== undefined && Number(length) > maxBytes) {
      done(tooLarge())
      return
    }
    const pieces: Buffer[] = []
    let received = 0
    const settle = (error: Error | null, body?: BodyPieces): void => {
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
      pieces.push(chunk)
    }
    const onEnd = (): void => settle(null, { pieces, length: received })
    const onError = (): void => settle(new HttpError('BODY_INVALID', 'The body broke off.'))
    request.on('data', onData).on('end', onEnd).on('error', onError)
  }
}
