import { readFileSync } from 'node:fs'
import { InferProtocol } from '#src/brain/infer-protocol.js'
import { Genome } from '#src/genome/genome.js'
import { LeanClient } from '#src/measure/lean-client.js'
import { type ChildServer, type ChildServerOptions, startServer } from '#src/serve/child.js'
import { bytesOf, rowsOf } from './wire.js'

/** The genome in a file, and the name under which a server serves the file. */
export function readGenome(file: string): { readonly genome: Genome; readonly model: string } {
  const genome = Genome.fromJSON(JSON.parse(readFileSync(file, 'utf8')))
  return { genome, model: file.split('/').at(-1)!.replace('.json', '') }
}

/** A server of a genome's file in a process of its own, and who asks it for a row. */
export interface Side {
  readonly server: ChildServer
  /** Asks once; throws unless the server answers. */
  ask(): Promise<void>
  close(): Promise<void>
}

/** Starts a server, on a free port, with a client of so many connections. */
export async function openSide(
  file: string,
  options: ChildServerOptions,
  connections: number,
): Promise<Side> {
  const { genome, model } = readGenome(file)
  const server = await startServer({ files: [file], port: 0, ...options })
  const client = new LeanClient(server.url, connections)
  const request = bytesOf(new InferProtocol(server.url).encode(rowsOf(genome, 1), model, false))
  return {
    server,
    async ask() {
      const { status } = await client.send(request)
      if (status !== 200) throw new Error(`the server answers ${status}`)
    },
    async close() {
      client.close()
      await server.close()
    },
  }
}
