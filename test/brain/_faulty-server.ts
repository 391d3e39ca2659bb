import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ExecutionContext } from 'ava'

/** One request as it came, with its body. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly body: string
}

/** Answers, or deliberately fails to answer, a request to `/infer` or the OIP. */
export type Misbehave = (response: ServerResponse, received: Received, nth: number) => void

/**
 * An HTTP server that accepts every model and then does to inference requests what a test wants;
 * closed with the test. It stands in for servers that fail in ways ours should not.
 */
export async function faultyServer(t: ExecutionContext, misbehave: Misbehave) {
  const received: Received[] = []
  let inferences = 0
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const one = { method: request.method ?? '', path: request.url ?? '', body }
    received.push(one)
    if (one.path.endsWith('infer')) misbehave(response, one, inferences++)
    else response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  t.teardown(close)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, received, inferences: () => inferences, close }
}

/** Sends `value` as JSON. */
export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** As many rows of `[0]` as the request has: what a server of one output would answer. */
export function zeros({ body }: Received): { outputs: number[][] } {
  return { outputs: JSON.parse(body).inputs.map(() => [0]) }
}
