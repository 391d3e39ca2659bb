import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { NeatronError } from '../errors.js'
import type { Cancellation } from './cancellation.js'
import type { Exchange, HttpReply, HttpRequest } from './exchange.js'
import { refused, serverMessage } from './exchange-error.js'
import { type RepositoryModel, tritonConfig, writeModelFolder } from './model-folder.js'

/** Brings models to a server, and takes them away again. */
export interface ModelDelivery {
  /**
   * Puts `model` in the place of the one of the same name.
   *
   * @throws NeatronError `SERVER_CANNOT_LOAD` when the server has no way to take it or refuses it.
   */
  deliver(model: RepositoryModel, cancellation: Cancellation): Promise<void>
  /** Takes the model of this name off the server. */
  withdraw(name: string): Promise<void>
}

/** Making a session for a large population takes a while, and is done once a generation. */
const LOAD_TIMEOUT_MS = 120_000
/** Taking a model away is tidiness; it must not hold up whoever is closing. */
const UNLOAD_TIMEOUT_MS = 5_000

/** The whole model in the load request, as Triton and our own server take it. */
export class InlineDelivery implements ModelDelivery {
  constructor(
    private readonly exchange: Exchange,
    private readonly url: string,
  ) {}

  async deliver(model: RepositoryModel, cancellation: Cancellation): Promise<void> {
    // Triton takes a load with the configuration that it has for one of the same model, keeps that
    // and reports success: a model in the request has no date by which it would see the change.
    const sha256 = createHash('sha256').update(model.bytes).digest('hex')
    const parameters = { sha256: { string_value: sha256 } }
    const config = JSON.stringify({ ...tritonConfig(model), parameters })
    const base64 = Buffer.from(
      model.bytes.buffer,
      model.bytes.byteOffset,
      model.bytes.byteLength,
    ).toString('base64')
    const body = `{"parameters":{"config":${JSON.stringify(config)},"file:1/model.onnx":"${base64}"}}`
    await load(this.exchange, this.url, model.name, body, cancellation)
  }

  async withdraw(name: string): Promise<void> {
    await unload(this.exchange, name)
  }
}

/**
 * A folder of models that the server reads, and a request to load from it: Triton in explicit
 * mode, MLServer, KServe. `directory` is that folder as this process sees it.
 */
export class RepositoryDelivery implements ModelDelivery {
  constructor(
    private readonly exchange: Exchange,
    private readonly url: string,
    private readonly directory: string,
  ) {}

  async deliver(model: RepositoryModel, cancellation: Cancellation): Promise<void> {
    try {
      await writeModelFolder(this.directory, model)
    } catch (cause) {
      throw new NeatronError(
        'SERVER_CANNOT_LOAD',
        `cannot write the model repository: ${(cause as Error).message}; ` +
          'name the folder that the server reads, writable from here',
        { cause },
      )
    }
    await load(this.exchange, this.url, model.name, '{}', cancellation)
  }

  async withdraw(name: string): Promise<void> {
    try {
      await unload(this.exchange, name)
    } finally {
      await rm(join(this.directory, name), { recursive: true, force: true })
    }
  }
}

async function load(
  exchange: Exchange,
  url: string,
  name: string,
  body: string,
  cancellation: Cancellation,
): Promise<void> {
  const request: HttpRequest = {
    method: 'POST',
    path: `/v2/repository/models/${encodeURIComponent(name)}/load`,
    body,
    headers: { 'content-type': 'application/json' },
    timeoutMs: LOAD_TIMEOUT_MS,
  }
  const reply = await exchange(request, cancellation)
  if (reply.status >= 200 && reply.status < 300) return
  if (await isBusy(exchange, reply, cancellation)) throw refused(url, name, reply)
  throw new NeatronError(
    'SERVER_CANNOT_LOAD',
    `${url} does not load the model: ${reply.status}: ${serverMessage(reply)}; ${loadRemedy(reply)}`,
  )
}

/**
 * Whether the server may take the model later: it has too much to do, is starting or draining, or is
 * behind a proxy that does not find it. One that is ready and answers 503 has refused this model, as
 * Triton and KServe do.
 */
async function isBusy(
  exchange: Exchange,
  { status }: HttpReply,
  cancellation: Cancellation,
): Promise<boolean> {
  if (status === 408 || status === 429) return true
  if (![502, 503, 504].includes(status)) return false
  const ready = await exchange({ method: 'GET', path: '/v2/health/ready' }, cancellation)
  return ready.status !== 200
}

function loadRemedy({ status }: HttpReply): string {
  switch (status) {
    case 401:
      return 'give its token'
    case 403:
      return 'start it with --allow-load'
    case 413:
      return 'raise its --max-body-mb, or evolve a smaller population'
    default:
      return (
        'see its log; to train, take a server that loads models from the request (neatron serve ' +
        '--allow-load, Triton with --model-control-mode=explicit) or from the folder that it ' +
        'reads, named by --model-repository (Triton, MLServer, KServe)'
      )
  }
}

async function unload(exchange: Exchange, name: string): Promise<void> {
  await exchange({
    method: 'POST',
    path: `/v2/repository/models/${encodeURIComponent(name)}/unload`,
    body: '{}',
    headers: { 'content-type': 'application/json' },
    timeoutMs: UNLOAD_TIMEOUT_MS,
  })
}
