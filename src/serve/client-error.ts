import type { Socket } from 'node:net'
import { HttpError, type HttpErrorCode } from './http-error.js'
import type { Metrics } from './metrics.js'

const CODES: Readonly<Record<string, [HttpErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'The headers are over 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'The request did not arrive in time.'],
}

/**
 * Makes the handler that answers what cannot be read as HTTP, for which there is no request to
 * reply to, and hangs up.
 */
export function clientErrorHandler(metrics: Metrics) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
      socket.destroy()
      return
    }
    const [code, message] = CODES[error.code ?? ''] ?? [
      'HTTP_MALFORMED',
      'The request is not valid HTTP.',
    ]
    metrics.rejected(code)
    const answer = new HttpError(code, message)
    const body = JSON.stringify(answer)
    socket.write(
      `HTTP/1.1 ${answer.statusCode} Error\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    )
    // Not `end`: whoever never closes their half would keep the socket.
    socket.destroySoon()
  }
}
