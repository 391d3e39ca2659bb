import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Connection } from '#src/brain/exchange.js'
import { InferProtocol } from '#src/brain/infer-protocol.js'
import { OipProtocol } from '#src/brain/oip-protocol.js'
import { LeanClient } from '#src/measure/lean-client.js'
import { Placement } from '#src/measure/placement.js'
import { exportOnnx } from '#src/onnx/export.js'
import { type ChildServer, type ChildServerOptions, startServer } from '#src/serve/child.js'
import { type Contender, pool, type Samples } from './pool.js'
import { readGenome } from './side.js'
import { bytesOf, rowsOf, verify } from './wire.js'

/** Rows of a batch. */
export const ROWS = 64

export interface SingleCalls {
  readonly samples: Samples
  /** Whether client and servers were kept on a core each. */
  readonly placed: boolean
}

/**
 * Single calls and batches, over TCP and a Unix domain socket, beside echoes of the same bytes. The
 * model has ONNX's own activations, as in training and in `neatron bench`; where a genome is exported
 * with native rounding unless told otherwise, that is a contender too.
 */
export async function singleCalls(
  file: string,
  plan: { readonly rounds: number; readonly calls: number },
): Promise<SingleCalls> {
  const { genome, model } = readGenome(file)
  const folder = mkdtempSync(join(tmpdir(), 'neatron-bench-'))
  const onnx = join(folder, `${model}.onnx`)
  const bytes = exportOnnx(genome, { rounding: 'standard' })
  writeFileSync(onnx, bytes)
  const servers: ChildServer[] = []
  const serve = async (options: ChildServerOptions, served = onnx) => {
    const server = await startServer({ files: [served], batching: false, ...options })
    servers.push(server)
    return server
  }
  const tcp = await serve({ port: 0 })
  const unix = await serve({ socket: join(folder, 's') })
  const sleepy = await serve({ port: 0, stayAwakeUs: 0 })
  const native = exportOnnx(genome).length === bytes.length ? null : await serve({ port: 0 }, file)
  const placement = await Placement.open()
  const clients: LeanClient[] = []
  const connections: Connection[] = []
  let echo: ChildProcess | undefined
  try {
    const lean = (url: string, request: Buffer): Contender['send'] => {
      const client = new LeanClient(url, 1)
      clients.push(client)
      return async () => {
        const { status } = await client.send(request)
        if (status !== 200) throw new Error(`${url} answers ${status}`)
      }
    }
    const [one, many] = [rowsOf(genome, 1), rowsOf(genome, ROWS)]
    const [json, binary] = [new InferProtocol(tcp.url), new OipProtocol(tcp.url, true)]
    const oneRequest = json.encode(one, model, false)
    const binaryRequest = binary.encode(many, model, false)
    const connection = new Connection({ url: tcp.url, connections: 1, timeoutMs: 30_000 })
    connections.push(connection)
    const { exchange } = connection

    const { body } = await exchange(oneRequest)
    verify(genome, one, json.decode(await exchange(oneRequest), 1, genome.outputSize))
    verify(genome, many, binary.decode(await exchange(binaryRequest), ROWS, genome.outputSize))
    const started = await startEcho(file, body.toString())
    echo = started.child
    const request = bytesOf(oneRequest)
    const at = (port: number, path: string) =>
      lean(`http://127.0.0.1:${port}`, bytesOf({ ...oneRequest, path }))
    const contenders: Contender[] = [
      { name: 'echo', send: at(started.ports.fastify, '/echo') },
      { name: 'echo that stays awake', send: at(started.ports.fastify, '/echo-awake') },
      { name: 'echo + ONNX run', send: at(started.ports.fastify, '/echo-run') },
      { name: 'bare http', send: at(started.ports.bare, '/bare') },
      { name: 'bare http + parse', send: at(started.ports.bare, '/bare-parse') },
      { name: 'bare http + parse + ONNX run', send: at(started.ports.bare, '/bare-run') },
      { name: 'one row', send: lean(tcp.url, request) },
      { name: 'one row, --stay-awake-us 0', send: lean(sleepy.url, request) },
      ...(native === null
        ? []
        : [{ name: 'one row, native rounding', send: lean(native.url, request) }]),
      { name: 'one row, unix socket', send: lean(unix.url, request) },
      { name: `${ROWS} rows, binary`, send: lean(tcp.url, bytesOf(binaryRequest)) },
      {
        name: `${ROWS} rows, JSON`,
        send: lean(tcp.url, bytesOf(json.encode(many, model, false))),
      },
      {
        name: 'one row, undici',
        send: async () =>
          json.decode(await exchange(json.encode(one, model, false)), 1, genome.outputSize),
      },
    ]
    if (placement !== null) {
      for (const pid of [...servers.map((server) => server.pid), echo.pid!])
        await placement.keepServer(pid)
      await placement.client('kept')
    }
    return { samples: await pool(contenders, plan), placed: placement !== null }
  } finally {
    await placement?.client('free')
    placement?.close()
    for (const client of clients) client.close()
    for (const connection of connections) await connection.close()
    echo?.stdin?.end()
    await Promise.all(servers.map((server) => server.close()))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startEcho(file: string, reply: string) {
  const program = fileURLToPath(new URL('./echo-server.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import=tsx', program, file, reply], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout!, 'data')
  return { child, ports: JSON.parse(String(line)) as { fastify: number; bare: number } }
}
