import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { NeatronError } from '../errors.js'
import { exportOnnx } from '../onnx/export.js'
import { loadRuntime, runtimeVersion } from '../onnx/runtime.js'
import { VERSION } from '../version.js'
import { buildApp } from './app.js'
import { ByteBudget } from './byte-budget.js'
import type { ServerContext } from './context.js'
import { Entrance } from './entrance.js'
import { HttpError } from './http-error.js'
import { Metrics } from './metrics.js'
import { ModelThread } from './model-thread.js'
import { resolveOptions, type ServedModel, type ServerOptions } from './options.js'
import { ModelRepository } from './repository.js'
import { Scheduler } from './scheduler.js'
import { SessionCache } from './session-cache.js'

export type { ServedModel, ServerOptions } from './options.js'

/** A server that listens. */
export interface Server {
  /** Where it listens: `http://127.0.0.1:8000`, or `unix:/path` for a socket. */
  readonly url: string
  /**
   * Stops accepting, answers what was accepted, and gives up its sessions. Readiness turns to 503
   * at once.
   */
  close(): Promise<void>
}

/** While draining, connections that have become idle are closed this often. */
const IDLE_SWEEP_MS = 20

/**
 * Starts a server that answers inference over HTTP with ONNX Runtime: `POST /infer`, and the Open
 * Inference Protocol v2 with Triton's binary, repository, configuration and statistics extensions.
 *
 * @throws NeatronError `SERVER_OPTION` for an option out of range, or a host beyond loopback
 *   without a token; `MODEL_REFUSED` for a model it does not run; `ONNX_MISSING` without ONNX
 *   Runtime; `SERVER_START_FAILED` when the address cannot be listened on.
 */
export async function createServer(options: ServerOptions = {}): Promise<Server> {
  const resolved = resolveOptions(options)
  const runtime = await loadRuntime()
  let app: FastifyInstance | undefined
  const metrics = new Metrics()
  const entrance = new Entrance()
  const budget = new ByteBudget(resolved.maxQueueMb * 2 ** 20)
  const sessions = new SessionCache(resolved.maxSessionMb * 1024 * 1024)
  const thread = new ModelThread(sessions)
  const repository = new ModelRepository(sessions, thread)
  const context: ServerContext = {
    options: resolved,
    repository,
    thread,
    scheduler: new Scheduler(resolved, runtime, sessions, budget, entrance),
    metrics,
    budget,
    versions: { neatron: VERSION, onnxruntime: await runtimeVersion() },
    draining: false,
    failed: new WeakMap(),
  }
  metrics.watch({
    models: () => [...repository.models],
    sessions: () => sessions.size,
    sessionBytes: () => sessions.bytes,
    heldBytes: () => budget.used,
  })
  try {
    for (const model of resolved.models) await loadModel(repository, model)
    app = await buildApp(context)
    entrance.watch(app.server)
    const url = await listen(app, context)
    return { url, close: once(() => drain(app!, context)) }
  } catch (error) {
    await app?.close()
    await repository.close()
    await thread.close()
    metrics.close()
    throw error
  }
}

async function loadModel(repository: ModelRepository, served: ServedModel): Promise<void> {
  const bytes =
    'model' in served
      ? served.model
      : exportOnnx('genome' in served ? served.genome : served.genomes)
  try {
    await repository.load(served.name, () => ({ version: '1', bytes }), true)
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    throw new NeatronError('MODEL_REFUSED', `Model ${served.name}: ${error.message}`, {
      cause: error,
    })
  }
}

async function listen(app: FastifyInstance, { options }: ServerContext): Promise<string> {
  const { host, port, socket } = options
  try {
    if (socket !== null) {
      await app.listen({ path: socket })
      return `unix:${socket}`
    }
    await app.listen({ host, port })
  } catch (cause) {
    const where = socket ?? `${host}:${port}`
    const message = `Cannot listen on ${where}: ${(cause as Error).message}. Is another server running there? Port 0 takes a free one.`
    throw new NeatronError('SERVER_START_FAILED', message, { cause })
  }
  const address = app.server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${name}:${address.port}`
}

async function drain(app: FastifyInstance, context: ServerContext): Promise<void> {
  context.draining = true
  const sweep = setInterval(() => app.server.closeIdleConnections(), IDLE_SWEEP_MS)
  try {
    await app.close()
  } finally {
    clearInterval(sweep)
  }
  let answered = 0
  for (const { statistics } of context.repository.models) answered += statistics.answered
  app.log.info({ answered }, 'stopped')
  await context.scheduler.idle()
  await context.repository.close()
  await context.thread.close()
  context.metrics.close()
}

function once<T>(action: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= action()
    return result
  }
}
