/**
 * Every way a request can fail: the code, the HTTP status, and when it happens. docs/server.md
 * shows this table and a test holds the two together.
 */
export const HTTP_ERRORS = {
  BODY_INVALID: {
    status: 400,
    cause: 'the body is not JSON, or a field is missing or of a wrong type',
  },
  INPUT_LENGTH: { status: 400, cause: 'a row, a tensor or its shape does not fit the model' },
  INPUT_NOT_FINITE: {
    status: 400,
    cause: 'a value is NaN, infinite, or beyond the range of float32',
  },
  DATATYPE: { status: 400, cause: 'a tensor has another datatype than the model takes' },
  GENOME_INDEX: { status: 400, cause: 'a genome index is missing or outside the population' },
  MODEL_REFUSED: { status: 400, cause: 'a model to load is not one this server runs' },
  HTTP_MALFORMED: { status: 400, cause: 'the request is not valid HTTP' },
  UNAUTHORIZED: { status: 401, cause: 'the bearer token is missing or wrong' },
  LOADING_OFF: { status: 403, cause: 'loading was not allowed when the server was started' },
  ORIGIN_REFUSED: { status: 403, cause: 'a web page sent a request to a server without a token' },
  MODEL_UNKNOWN: { status: 404, cause: 'no model of this name or version is loaded' },
  ROUTE_UNKNOWN: { status: 404, cause: 'there is no such address' },
  METHOD_NOT_ALLOWED: { status: 405, cause: 'the address takes other methods; Allow names them' },
  REQUEST_TIMEOUT: { status: 408, cause: 'the request did not arrive in time' },
  BODY_TOO_LARGE: { status: 413, cause: 'the body is over the limit' },
  ENCODING_UNSUPPORTED: { status: 415, cause: 'the body is compressed' },
  HOST_REFUSED: {
    status: 421,
    cause: 'a server on loopback without a token was asked under the name of another host',
  },
  OUTPUT_NOT_FINITE: { status: 422, cause: 'the network overflowed on this input' },
  QUEUE_FULL: {
    status: 429,
    cause: 'too many requests or bytes wait; Retry-After says when to come again',
  },
  HEADERS_TOO_LARGE: { status: 431, cause: 'the headers are over 16 KiB' },
  INTERNAL: { status: 500, cause: 'a fault of the server; its log has the details' },
  DRAINING: { status: 503, cause: 'the server is shutting down' },
  DEADLINE: { status: 504, cause: 'the request waited longer than the deadline' },
} as const

/** A stable name for a way a request can fail; sent as `code` beside `error`. */
export type HttpErrorCode = keyof typeof HTTP_ERRORS

/** A failure whose message is meant for the client. */
export class HttpError extends Error {
  override readonly name = 'HttpError'

  constructor(
    readonly code: HttpErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    // It says all in its message. A stack would take longer than the rest of a refusal, just when
    // there are many.
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(message, options)
    Error.stackTraceLimit = limit
  }

  /** The HTTP status of the code. */
  get statusCode(): number {
    return HTTP_ERRORS[this.code].status
  }

  /** The body of the answer. */
  toJSON(): { error: string; code: HttpErrorCode } {
    return { error: this.message, code: this.code }
  }
}
