import { takesBinaryTensors } from '../../brain/binary-extension.js'
import { Cancellation } from '../../brain/cancellation.js'
import { Connection, type Exchange } from '../../brain/exchange.js'
import { InferProtocol } from '../../brain/infer-protocol.js'
import { InlineDelivery } from '../../brain/model-delivery.js'
import { modelMetadata } from '../../brain/model-metadata.js'
import { OipProtocol } from '../../brain/oip-protocol.js'
import { NeatronError } from '../../errors.js'
import { type Endpoint, parseEndpoint } from '../endpoint.js'
import type { Trace } from '../trace.js'
import type { Server, ServerAddress } from './line-up.js'
import { PlainInferProtocol } from './plain-infer-protocol.js'

const TIMEOUT_MS = 60_000

/** Names that no one else gives a model. */
const CHAMPION = 'neatron-bench-champion'
const POPULATION = 'neatron-bench-population'

/**
 * Puts the models of a trace on a server through the model repository extension, and learns whether
 * it takes binary tensors. A URL that names an endpoint (`/infer`, `/v2/models/NAME`) is left as it
 * is: what it serves is taken for the trace's model, and the comparison of outputs tells whether
 * that is so.
 *
 * @throws NeatronError `SERVER_CANNOT_LOAD`, `SERVER_UNREACHABLE`, `MODEL_NOT_FOUND`
 */
export async function deliverTrace(trace: Trace, server: ServerAddress): Promise<Server> {
  const endpoint = parseEndpoint(server.url)
  const { token } = server
  const url = endpoint.base
  const connection = new Connection({ url, token, connections: 1, timeoutMs: TIMEOUT_MS })
  try {
    return endpoint.kind === 'server'
      ? await load(trace, { ...server, url }, connection.exchange)
      : await serving(trace, { ...server, url }, endpoint, connection.exchange)
  } finally {
    await connection.close()
  }
}

async function load(trace: Trace, server: ServerAddress, exchange: Exchange): Promise<Server> {
  const { inputSize, outputSize, models } = trace
  const delivery = new InlineDelivery(exchange, server.url)
  const deliver = (name: string, bytes: Uint8Array | null, population: boolean) =>
    bytes &&
    delivery.deliver({ name, bytes, inputSize, outputSize, population }, new Cancellation())
  await deliver(CHAMPION, models.champion, false)
  await deliver(POPULATION, models.population, true)
  return {
    ...server,
    championModel: models.champion && CHAMPION,
    populationModel: models.population && POPULATION,
    json: (await servesInfer(exchange, models.champion ? CHAMPION : POPULATION))
      ? new InferProtocol(server.url)
      : new OipProtocol(server.url, false),
    binary: await binaryOf(server.url, exchange),
  }
}

/** A model that is there already, under a name of its own. */
async function serving(
  { models }: Trace,
  server: ServerAddress,
  { kind, model }: Endpoint,
  exchange: Exchange,
): Promise<Server> {
  const { url } = server
  if (kind === 'infer') {
    const population = models.champion === null
    return {
      ...server,
      championModel: population ? null : '',
      populationModel: population ? '' : null,
      json: new PlainInferProtocol(url),
      binary: null,
    }
  }
  const name = decodeURIComponent(model!)
  const { population } = await modelMetadata(exchange, url, name)
  return {
    ...server,
    championModel: population ? null : name,
    populationModel: population ? name : null,
    json: new OipProtocol(url, false),
    binary: await binaryOf(url, exchange),
  }
}

/**
 * Whether a server answers for `model` at `/infer`, if only that it wants rows; Triton and others
 * know the Open Inference Protocol only.
 */
async function servesInfer(exchange: Exchange, model: string): Promise<boolean> {
  const body = JSON.stringify({ model, inputs: [] })
  const headers = { 'content-type': 'application/json' }
  return (await exchange({ method: 'POST', path: '/infer', body, headers })).status !== 404
}

async function binaryOf(url: string, exchange: Exchange): Promise<OipProtocol | null> {
  return (await takesBinaryTensors(exchange)) ? new OipProtocol(url, true) : null
}

/** Takes both models off a server, if they are there. A server that is gone took them along. */
export async function withdrawTrace({ url, token }: ServerAddress): Promise<void> {
  const { base, kind } = parseEndpoint(url)
  if (kind !== 'server') return
  const connection = new Connection({ url: base, token, connections: 1, timeoutMs: TIMEOUT_MS })
  const delivery = new InlineDelivery(connection.exchange, base)
  try {
    await delivery.withdraw(CHAMPION)
    await delivery.withdraw(POPULATION)
  } catch (error) {
    if (!(error instanceof NeatronError)) throw error
  } finally {
    await connection.close()
  }
}
