import { readFileSync } from 'node:fs'
import { InferProtocol } from '#src/brain/infer-protocol.js'
import { Genome } from '#src/genome/genome.js'
import { closedLoop } from '#src/measure/closed-loop.js'
import { LeanClient } from '#src/measure/lean-client.js'
import { quantile } from '#src/measure/statistics.js'
import { startServer } from '#src/serve/child.js'
import { type Spread, spread } from '../spread.js'
import { bytesOf, rowsOf } from './wire.js'

/** Clients that ask for a row each, all the time. */
export const CLIENTS = 32

export interface Throughput {
  readonly batching: boolean
  readonly requestsPerSecond: Spread
  readonly p50Us: Spread
  readonly p99Us: Spread
}

/** Many clients at once: requests that share a run against a run for each. */
export async function throughput(
  file: string,
  { rounds, ms }: { readonly rounds: number; readonly ms: number },
): Promise<Throughput[]> {
  const genome = Genome.fromJSON(JSON.parse(readFileSync(file, 'utf8')))
  const sides = []
  for (const batching of [true, false]) {
    const server = await startServer({ files: [file], port: 0, batching })
    const client = new LeanClient(server.url, CLIENTS)
    const model = file.split('/').at(-1)!.replace('.json', '')
    const request = bytesOf(new InferProtocol(server.url).encode(rowsOf(genome, 1), model, false))
    sides.push({ batching, server, client, request, rates: [], p50: [], p99: [] } as {
      readonly batching: boolean
      readonly server: typeof server
      readonly client: LeanClient
      readonly request: Buffer
      readonly rates: number[]
      readonly p50: number[]
      readonly p99: number[]
    })
  }
  try {
    for (let round = -1; round < rounds; round++) {
      for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
        const times: number[] = []
        const call = async () => {
          const { status } = await side.client.send(side.request)
          if (status !== 200) throw new Error(`the server answers ${status}`)
        }
        const { calls, wallNs } = await closedLoop(CLIENTS, ms, call, (ns) => times.push(ns / 1e3))
        // The first round warms up.
        if (round < 0) continue
        const sorted = Float64Array.from(times).sort()
        side.rates.push((calls * 1e9) / wallNs)
        side.p50.push(quantile(sorted, 0.5))
        side.p99.push(quantile(sorted, 0.99))
      }
    }
    return sides.map(({ batching, rates, p50, p99 }) => ({
      batching,
      requestsPerSecond: spread(rates),
      p50Us: spread(p50),
      p99Us: spread(p99),
    }))
  } finally {
    for (const { client, server } of sides) {
      client.close()
      await server.close()
    }
  }
}
