import { Connection } from '../../brain/exchange.js'
import { serverMessage } from '../../brain/exchange-error.js'
import { NeatronError } from '../../errors.js'
import { exportOnnx } from '../../onnx/export.js'
import type { Trace } from '../trace.js'
import type { Server, ServerAddress } from './line-up.js'

/** What ONNX Runtime is good at: native rounding would slow it down several times. */
const STANDARD = { rounding: 'standard' } as const

const TIMEOUT_MS = 60_000

/** Names that no one else gives a model. */
const CHAMPION = 'neatron-bench-champion'
const POPULATION = 'neatron-bench-population'

/**
 * Puts both models of a trace on a server through the model repository extension, and learns
 * whether it takes binary tensors.
 *
 * @throws NeatronError `SERVER_CANNOT_LOAD`, `SERVER_UNREACHABLE`
 */
export async function deliverTrace(
  { champion, genomes }: Trace,
  server: ServerAddress,
): Promise<Server> {
  const { url, token } = server
  const connection = new Connection({ url, token, connections: 1, timeoutMs: TIMEOUT_MS })
  try {
    await load(connection, url, CHAMPION, exportOnnx(champion, STANDARD))
    const population = genomes.length > 1
    if (population) await load(connection, url, POPULATION, exportOnnx(genomes, STANDARD))
    return {
      ...server,
      championModel: CHAMPION,
      populationModel: population ? POPULATION : null,
      binary: await takesBinary(connection),
    }
  } finally {
    await connection.close()
  }
}

async function load(
  { exchange }: Connection,
  url: string,
  name: string,
  model: Uint8Array,
): Promise<void> {
  const config = JSON.stringify({ name, backend: 'onnxruntime', max_batch_size: 0 })
  const parameters = { config, 'file:1/model.onnx': Buffer.from(model).toString('base64') }
  const reply = await exchange({
    method: 'POST',
    path: `/v2/repository/models/${name}/load`,
    body: JSON.stringify({ parameters }),
    headers: { 'content-type': 'application/json' },
  })
  if (reply.status >= 200 && reply.status < 300) return
  throw new NeatronError(
    'SERVER_CANNOT_LOAD',
    `${url} does not load a model from the request (${reply.status}: ${serverMessage(reply)}); start it so that it does (neatron serve --allow-load)`,
  )
}

async function takesBinary({ exchange }: Connection): Promise<boolean> {
  const reply = await exchange({ method: 'GET', path: '/v2' })
  if (reply.status !== 200) return false
  try {
    const { extensions } = JSON.parse(reply.body.toString()) as { extensions?: unknown }
    return Array.isArray(extensions) && extensions.includes('binary_tensor_data')
  } catch {
    return false
  }
}
