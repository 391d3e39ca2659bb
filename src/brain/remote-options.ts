import { inspect } from 'node:util'
import { NeatronError } from '../errors.js'
import { isFolderName } from './model-folder.js'
import { DEFAULT_RETRY, type RetryOptions } from './retry.js'

/** Where the server is, and how rows travel to it. */
export interface RemoteOptions {
  /** `http://host:port`, `https://...`, or `unix:/path/to/socket`. */
  readonly url: string
  /**
   * Rows a request at most: 1 is a single call, `'adaptive'` finds the size after which the cost of
   * a row falls no more. Default 1.
   */
  readonly batch?: number | 'adaptive'
  /**
   * Milliseconds that a row given to `infer` waits at most for others; 0 waits for those of the
   * same turn of the event loop. `feedForwardRows` never waits. Default 1, or 0 with `'adaptive'`.
   */
  readonly maxDelayMs?: number
  /** Requests in flight at most, each on a connection of its own. Default 1. */
  readonly concurrency?: number
  /** `infer` is `POST /infer`, `oip` the Open Inference Protocol v2 (Triton, KServe, MLServer). Default `infer`. */
  readonly protocol?: 'infer' | 'oip'
  /**
   * How `oip` carries tensors. Default: `binary` if the server's metadata lists the extension
   * `binary_tensor_data`, else `json`.
   */
  readonly encoding?: 'json' | 'binary'
  /**
   * Name of the model on the server. Default: a name of this brain's own. A brain that is asked
   * without `load` asks the model that the server has by this name. With `modelRepository` it names
   * a folder there: letters, digits, "_", "-" and ".".
   */
  readonly model?: string
  /** Sent as bearer token. */
  readonly token?: string
  /**
   * The server's model repository as a folder this process can write: populations are delivered
   * through it instead of inside the load request.
   */
  readonly modelRepository?: string
  /** Milliseconds an inference request may take in one attempt. Default 30000. */
  readonly timeoutMs?: number
  /** How failed inference requests are made again. */
  readonly retry?: RetryOptions
  /**
   * Milliseconds to wait for a server that is gone or busy; then the rows are asked again, and of one
   * that was gone the population is loaded again before. Default 0: it is an error at once.
   */
  readonly waitForServerMs?: number
  /** Aborting it rejects every row with its reason. */
  readonly signal?: AbortSignal
}

/** Options with their defaults; what has none stays optional. */
export type ResolvedRemoteOptions = RemoteOptions &
  Required<
    Pick<
      RemoteOptions,
      'batch' | 'maxDelayMs' | 'concurrency' | 'protocol' | 'timeoutMs' | 'waitForServerMs'
    >
  > & { readonly retry: Required<RetryOptions> }

const RETRY_OPTIONS = Object.keys(DEFAULT_RETRY)

/** Each option with what it must be, in words, and its check. */
const RULES: {
  [Name in keyof Required<RemoteOptions>]: [must: string, is: (value: unknown) => boolean]
} = {
  url: ['be a string', isString],
  batch: [
    "be a positive integer or 'adaptive'",
    (value) => value === 'adaptive' || isPositiveInteger(value),
  ],
  maxDelayMs: ['be a number of milliseconds, 0 or more', isDuration],
  concurrency: ['be a positive integer', isPositiveInteger],
  protocol: ["be 'infer' or 'oip'", (value) => value === 'infer' || value === 'oip'],
  encoding: ["be 'json' or 'binary'", (value) => value === 'json' || value === 'binary'],
  model: ['be a string', isString],
  token: ['be a string', isString],
  modelRepository: ['be the path of a folder', isString],
  timeoutMs: ['be a positive number of milliseconds', (value) => isDuration(value) && value !== 0],
  retry: [`be an object of ${RETRY_OPTIONS.join(', ')}`, isRetry],
  waitForServerMs: ['be a number of milliseconds, 0 or more', isDuration],
  signal: ['be an AbortSignal', (value) => value instanceof AbortSignal],
}

/** Checks options and fills in defaults; throws `ARGUMENT_TYPE` for unknown ones, `ARGUMENT_RANGE` for wrong values. */
export function resolveRemoteOptions(options: RemoteOptions): ResolvedRemoteOptions {
  for (const [name, value] of Object.entries(options ?? {})) {
    if (!Object.hasOwn(RULES, name)) {
      throw new NeatronError(
        'ARGUMENT_TYPE',
        `NeatBrain.remote has no option ${name}; it knows ${Object.keys(RULES).join(', ')}`,
      )
    }
    const [must, is] = RULES[name as keyof RemoteOptions]
    if (value !== undefined && !is(value)) throw wrong(name, must, value)
  }
  if (options?.url === undefined) throw wrong('url', RULES.url[0], undefined)
  if (options.modelRepository !== undefined && !isFolderName(options.model ?? 'x')) {
    const must = 'be the name of a folder in modelRepository: letters, digits, "_", "-" and "."'
    throw wrong('model', must, options.model)
  }
  if (options.encoding === 'binary' && options.protocol !== 'oip') {
    throw wrong('encoding', "be 'json' unless protocol is 'oip'", 'binary')
  }
  const { batch = 1, timeoutMs = 30_000 } = options
  const deadlineMs = Math.max(DEFAULT_RETRY.deadlineMs, timeoutMs)
  return {
    ...options,
    batch,
    maxDelayMs: options.maxDelayMs ?? (batch === 'adaptive' ? 0 : 1),
    concurrency: options.concurrency ?? 1,
    protocol: options.protocol ?? 'infer',
    timeoutMs,
    retry: { ...DEFAULT_RETRY, deadlineMs, ...options.retry },
    waitForServerMs: options.waitForServerMs ?? 0,
  }
}

function wrong(name: string, must: string, value: unknown): NeatronError {
  const came = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY })
  return new NeatronError(
    'ARGUMENT_RANGE',
    `option ${name} of NeatBrain.remote must ${must}, but is ${came}`,
  )
}

function isString(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isPositiveInteger(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0
}

function isRetry(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).every(
    ([name, number]) =>
      RETRY_OPTIONS.includes(name) &&
      (name === 'attempts' ? isPositiveInteger(number) : isDuration(number)) &&
      (name !== 'deadlineMs' || number !== 0),
  )
}

function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < 2 ** 31
}
