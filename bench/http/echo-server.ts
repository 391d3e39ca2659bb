/**
 * What a request costs without the server that is measured: a process of its own that answers on
 * several addresses, each of which does a little more of the server's work than the one before.
 *
 *     node --import=tsx bench/http/echo-server.ts GENOME.json REPLY
 */
import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { Genome } from '#src/genome/genome.js'
import { exportOnnx } from '#src/onnx/export.js'
import { createSession, loadRuntime } from '#src/onnx/runtime.js'
import { Vigil } from '#src/serve/vigil.js'

const [file, reply] = process.argv.slice(2)
const genome = Genome.fromJSON(JSON.parse(readFileSync(file, 'utf8')))
const session = await createSession(exportOnnx(genome, { rounding: 'standard' }))
const { Tensor } = await loadRuntime()
const TYPE = 'application/json; charset=utf-8'

function tensorOf(row: ArrayLike<number>) {
  return new Tensor('float32', Float32Array.from(row), [1, genome.inputSize])
}
const fixed = { inputs: tensorOf(new Float32Array(genome.inputSize).fill(0.3)) }

const app = Fastify()
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.post('/echo', async (_request, answer) => {
  answer.header('content-type', TYPE)
  return reply
})
const vigil = new Vigil(200)
app.post('/echo-awake', { onResponse: async () => vigil.answered() }, async (_request, answer) => {
  vigil.arrived()
  answer.header('content-type', TYPE)
  return reply
})
app.post('/echo-run', async (_request, answer) => {
  await session.run(fixed)
  answer.header('content-type', TYPE)
  return reply
})
await app.listen({ host: '127.0.0.1', port: 0 })

/** The same without Fastify. */
const bare: Readonly<Record<string, (body: Buffer, response: ServerResponse) => void>> = {
  '/bare': (_body, response) => send(response, reply),
  '/bare-parse': (body, response) => {
    tensorOf(JSON.parse(body.toString()).inputs[0])
    send(response, reply)
  },
  '/bare-run': async (body, response) => {
    const inputs = tensorOf(JSON.parse(body.toString()).inputs[0])
    const { outputs } = await session.run({ inputs })
    send(response, `{"outputs":[[${(outputs.data as Float32Array).join(',')}]]}`)
  },
}
function send(response: ServerResponse, text: string): void {
  response.writeHead(200, ['content-type', TYPE, 'content-length', String(text.length)])
  response.end(text)
}
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => bare[request.url!](Buffer.concat(chunks), response))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

const portOf = (address: unknown) => (address as AddressInfo).port
console.log(
  JSON.stringify({ fastify: portOf(app.server.address()), bare: portOf(server.address()) }),
)
// It ends with the pipe that its parent holds.
process.stdin.on('end', () => process.exit()).resume()
