import { describe } from '../describe.js'
import { NeatronError } from '../errors.js'
import { Genome } from '../genome/genome.js'
import { isLoopback } from './access.js'

/** A model to serve from the start: an ONNX file's bytes, a genome, or a population of genomes. */
export type ServedModel =
  | { readonly name: string; readonly model: Uint8Array }
  | { readonly name: string; readonly genome: Genome }
  | { readonly name: string; readonly genomes: readonly Genome[] }

/** How a server is to be run. */
export interface ServerOptions {
  /** Address to listen on. Default `127.0.0.1`; one beyond loopback needs a `token`. */
  readonly host?: string
  /** Port to listen on; 0 takes a free one. Default 8000. */
  readonly port?: number
  /** Path of a Unix domain socket to listen on instead of host and port. */
  readonly socket?: string
  /** Bearer token that every request but those for health must carry. Default none. */
  readonly token?: string
  /** Whether clients may load and unload models. Default false. */
  readonly allowLoad?: boolean
  /** Models served from the start. Default none. */
  readonly models?: readonly ServedModel[]
  /** Whether concurrent requests for one model share a run. Default true. */
  readonly batching?: boolean
  /** Most rows of a run, 1 or more; a longer request is served by several runs. Default 1024. */
  readonly maxBatch?: number
  /** Most requests waiting for one model, 1 or more; the next gets 429. Default 1024. */
  readonly maxQueue?: number
  /** Microseconds that a request may wait for others to share its run. Default 0: none. */
  readonly maxQueueDelayUs?: number
  /**
   * Most microseconds that the server stays awake after an answer, in wait for the next request of a
   * client that asks one after the other: it is answered sooner, at the price of processor time.
   * Default 200; 0 for never.
   */
  readonly stayAwakeUs?: number
  /** Most MiB of a request's body, and so of a model. Default 64. */
  readonly maxBodyMb?: number
  /**
   * Most MiB that all requests together hold, bodies that arrive and rows that wait or run, at least
   * `maxBodyMb`; what would go beyond gets 429. Default 256, or twice `maxBodyMb` if that is more.
   */
  readonly maxQueueMb?: number
  /** Milliseconds that a request may wait for its run; then it gets 504. Default 10,000. */
  readonly timeoutMs?: number
  /** Milliseconds in which a request must have arrived whole; then it gets 408. Default 30,000. */
  readonly receiveTimeoutMs?: number
  /** Most MiB of open sessions, least recently used ones are closed first. Default 1024. */
  readonly maxSessionMb?: number
  /** Whether to log faults, loads, unloads and the end as JSON lines on stderr. Default false. */
  readonly log?: boolean
  /** Whether to log each request as well, which takes more time than to answer it. Default false. */
  readonly logRequests?: boolean
}

/** {@link ServerOptions} with every default filled in. */
export interface ResolvedOptions {
  readonly host: string
  readonly port: number
  readonly socket: string | null
  readonly token: string | null
  readonly allowLoad: boolean
  readonly models: readonly ServedModel[]
  readonly batching: boolean
  readonly maxBatch: number
  readonly maxQueue: number
  readonly maxQueueDelayUs: number
  readonly stayAwakeUs: number
  readonly maxBodyMb: number
  readonly maxQueueMb: number
  readonly timeoutMs: number
  readonly receiveTimeoutMs: number
  readonly maxSessionMb: number
  readonly log: boolean
  readonly logRequests: boolean
}

const DEFAULTS: ResolvedOptions = {
  host: '127.0.0.1',
  port: 8000,
  socket: null,
  token: null,
  allowLoad: false,
  models: [],
  batching: true,
  maxBatch: 1024,
  maxQueue: 1024,
  maxQueueDelayUs: 0,
  stayAwakeUs: 200,
  maxBodyMb: 64,
  maxQueueMb: 256,
  timeoutMs: 10_000,
  receiveTimeoutMs: 30_000,
  maxSessionMb: 1024,
  log: false,
  logRequests: false,
}

/** The whole numbers among the options, with their ranges. */
const RANGES = {
  port: [0, 65_535],
  maxBatch: [1, 1_000_000],
  maxQueue: [1, 1_000_000],
  maxQueueDelayUs: [0, 10_000_000],
  stayAwakeUs: [0, 10_000],
  timeoutMs: [1, 3_600_000],
  receiveTimeoutMs: [1, 3_600_000],
} as const

/** Sizes in MiB, which may be fractions. */
const SIZES = ['maxBodyMb', 'maxQueueMb', 'maxSessionMb'] as const

const TOKEN_LENGTH = 16

/**
 * Fills in defaults and checks every option.
 *
 * @throws NeatronError `SERVER_OPTION` naming the option, its range and what came.
 */
export function resolveOptions(options: ServerOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null) throw optionError('options are no object')
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(DEFAULTS, name))
  if (unknown !== undefined) {
    throw optionError(`unknown option "${unknown}"; there are ${Object.keys(DEFAULTS).join(', ')}`)
  }
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  )
  const { maxBodyMb = 0 } = options
  const maxQueueMb = Math.max(DEFAULTS.maxQueueMb, 2 * maxBodyMb)
  const resolved: ResolvedOptions = { ...DEFAULTS, maxQueueMb, ...given }
  for (const [name, fallback] of Object.entries(DEFAULTS)) {
    const value: unknown = resolved[name as keyof ResolvedOptions]
    // `allowLoad: 'false'` must not be true.
    const type = typeof (fallback ?? 'text')
    if (value !== fallback && (typeof value !== type || value === null)) {
      throw optionError(`${name} must be of type ${type}, got ${describe(value)}`)
    }
  }
  const { models } = resolved
  if (!Array.isArray(models) || !models.every(isServedModel)) {
    throw optionError('models must be an array of { name, model | genome | genomes }')
  }
  for (const [name, [min, max]] of Object.entries(RANGES)) {
    const value = resolved[name as keyof typeof RANGES]
    if (!Number.isInteger(value) || value < min || value > max) {
      throw optionError(`${name} must be a whole number from ${min} to ${max}, got ${value}`)
    }
  }
  for (const name of SIZES) {
    const value = resolved[name]
    if (!(value > 0 && value <= 16_384)) {
      throw optionError(`${name} must be above 0 and at most 16384, got ${value}`)
    }
  }
  if (resolved.maxQueueMb < resolved.maxBodyMb) {
    throw optionError(
      `maxQueueMb must be at least maxBodyMb, ${resolved.maxBodyMb}, got ${resolved.maxQueueMb}`,
    )
  }
  checkAccess(resolved)
  return resolved
}

function isServedModel(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { name, model, genome, genomes } = value as Record<string, unknown>
  return (
    typeof name === 'string' &&
    (model instanceof Uint8Array || genome instanceof Genome || Array.isArray(genomes))
  )
}

function checkAccess({ host, socket, token }: ResolvedOptions): void {
  if (token !== null && token.length < TOKEN_LENGTH) {
    throw optionError(
      `token must have at least ${TOKEN_LENGTH} characters (openssl rand -hex 32 makes a good one), got ${token.length}`,
    )
  }
  if (token === null && socket === null && !isLoopback(host)) {
    throw optionError(
      `host ${host} can be reached from other machines, so a token is needed; give one, or listen on 127.0.0.1`,
    )
  }
}

function optionError(problem: string): NeatronError {
  return new NeatronError('SERVER_OPTION', `Cannot start the server: ${problem}.`)
}
