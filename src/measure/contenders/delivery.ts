import { takesBinaryTensors } from '../../brain/binary-extension.js'
import { Cancellation } from '../../brain/cancellation.js'
import { Connection } from '../../brain/exchange.js'
import { InlineDelivery } from '../../brain/model-delivery.js'
import { NeatronError } from '../../errors.js'
import type { Genome } from '../../genome/genome.js'
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
    const delivery = new InlineDelivery(connection.exchange, url)
    const deliver = (name: string, model: Genome | readonly Genome[]) => {
      const bytes = exportOnnx(model, STANDARD)
      const { inputSize, outputSize } = champion
      const population = model !== champion
      return delivery.deliver(
        { name, bytes, inputSize, outputSize, population },
        new Cancellation(),
      )
    }
    await deliver(CHAMPION, champion)
    const population = genomes.length > 1
    if (population) await deliver(POPULATION, genomes)
    return {
      ...server,
      championModel: CHAMPION,
      populationModel: population ? POPULATION : null,
      binary: await takesBinaryTensors(connection.exchange),
    }
  } finally {
    await connection.close()
  }
}

/** Takes both models off a server, if they are there. A server that is gone took them along. */
export async function withdrawTrace({ url, token }: ServerAddress): Promise<void> {
  const connection = new Connection({ url, token, connections: 1, timeoutMs: TIMEOUT_MS })
  const delivery = new InlineDelivery(connection.exchange, url)
  try {
    await delivery.withdraw(CHAMPION)
    await delivery.withdraw(POPULATION)
  } catch (error) {
    if (!(error instanceof NeatronError)) throw error
  } finally {
    await connection.close()
  }
}
