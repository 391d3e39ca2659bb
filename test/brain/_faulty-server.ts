import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ExecutionContext } from 'ava'
import { NeatBrain } from '#src/brain/neat-brain.js'
import type { RemoteOptions } from '#src/brain/remote-options.js'
import { Genome } from '#src/genome/genome.js'

/** One request as it came, with its body. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly body: string
}

/** Answers, or deliberately fails to answer, a request to `/infer` or the OIP. */
export type Misbehave = (response: ServerResponse, received: Received, nth: number) => unknown

/**
 * An HTTP server that accepts every model and then does to inference requests what a test wants;
 * closed with the test. It stands in for servers that fail in ways ours should not.
 */
export async function faultyServer(t: ExecutionContext, misbehave: Misbehave) {
  const received: Received[] = []
  let inferences = 0
  let other = (response: ServerResponse, _: Received): unknown => response.end('{}')
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const one = { method: request.method ?? '', path: request.url ?? '', body }
    received.push(one)
    if (one.path.endsWith('infer')) misbehave(response, one, inferences++)
    else other(response, one)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  t.teardown(close)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    received,
    inferences: () => inferences,
    close,
    /** Answers what is not inference from now on: loads, probes. */
    onOther: (answer: typeof other) => {
      other = answer
    },
  }
}

/** A population of 3, with 2 inputs and 1 output. */
export const genomes = [1, 2, 3].map((seed) =>
  Genome.random({ inputs: 2, outputs: 1, hidden: 2, seed }),
)

/** A brain that has the genomes loaded on a server that misbehaves; it retries quickly, so that tests are quick. */
export async function loadedOnFaulty(
  t: ExecutionContext,
  misbehave: Misbehave,
  options: Partial<RemoteOptions> = {},
) {
  const server = await faultyServer(t, misbehave)
  const brain = NeatBrain.remote({ url: server.url, retry: { baseMs: 1, capMs: 2 }, ...options })
  t.teardown(() => brain.close())
  await brain.load(genomes)
  return { ...server, brain }
}

/** Sends `value` as JSON. */
export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** As many rows of `[0]` as the request has: what a server of one output would answer. */
export function zeros({ body }: Received): { outputs: number[][] } {
  return { outputs: JSON.parse(body).inputs.map(() => [0]) }
}
