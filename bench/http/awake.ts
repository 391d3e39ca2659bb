import { readFileSync } from 'node:fs'
import { InferProtocol } from '#src/brain/infer-protocol.js'
import { Genome } from '#src/genome/genome.js'
import { closedLoop } from '#src/measure/closed-loop.js'
import { LeanClient } from '#src/measure/lean-client.js'
import { openLoop } from '#src/measure/open-loop.js'
import { Placement } from '#src/measure/placement.js'
import { processUsage } from '#src/measure/process-usage.js'
import { quantile } from '#src/measure/statistics.js'
import { Random } from '#src/neat/random.js'
import { startServer } from '#src/serve/child.js'
import { type Spread, spread } from '../spread.js'
import { bytesOf, rowsOf } from './wire.js'

/** Requests a second that come at random; 0 is one client that asks one after the other. */
const RATES = [0, 1000, 4000]
const CONNECTIONS = 64

export interface AwakeResult {
  readonly rate: number
  readonly awake: boolean
  readonly p50Us: Spread
  readonly p99Us: Spread
  /** Processor time of the server for a request; NaN where the system does not tell. */
  readonly cpuUs: Spread
}

/** What a server that stays awake gains and costs, beside one that does not. */
export async function stayingAwake(
  file: string,
  { rounds, ms }: { readonly rounds: number; readonly ms: number },
): Promise<AwakeResult[]> {
  const placement = await Placement.open()
  const sides = [await openSide(file, true), await openSide(file, false)]
  for (const { server } of sides) await placement?.keepServer(server.pid)
  await placement?.client('kept')
  const random = new Random(1)
  try {
    // The first round warms up.
    for (let round = -1; round < rounds; round++) {
      for (const { server, client, request, runs } of round % 2 === 0
        ? sides
        : sides.toReversed()) {
        for (const run of runs) {
          const before = processUsage(server.pid)
          const times: number[] = []
          const call = async () => {
            const began = performance.now()
            const { status } = await client.send(request)
            if (status !== 200) throw new Error(`the server answers ${status}`)
            times.push((performance.now() - began) * 1e3)
            return true
          }
          if (run.rate === 0) await closedLoop(1, ms, call, () => undefined)
          else {
            const { rate } = run
            const next = () => random.next()
            await openLoop(call, { rate, milliseconds: ms, arrivals: 'poisson', random: next })
          }
          if (round < 0) continue
          const cpuNs = (processUsage(server.pid)?.cpuNs ?? NaN) - (before?.cpuNs ?? NaN)
          const sorted = Float64Array.from(times).sort()
          run.p50.push(quantile(sorted, 0.5))
          run.p99.push(quantile(sorted, 0.99))
          run.cpu.push(cpuNs / 1e3 / times.length)
        }
      }
    }
    return RATES.flatMap((rate, index) =>
      sides.map(({ awake, runs }) => {
        const { p50, p99, cpu } = runs[index]
        return { rate, awake, p50Us: spread(p50), p99Us: spread(p99), cpuUs: spread(cpu) }
      }),
    )
  } finally {
    await placement?.client('free')
    placement?.close()
    for (const { client, server } of sides) {
      client.close()
      await server.close()
    }
  }
}

async function openSide(file: string, awake: boolean) {
  const genome = Genome.fromJSON(JSON.parse(readFileSync(file, 'utf8')))
  const model = file.split('/').at(-1)!.replace('.json', '')
  const server = await startServer({
    ...{ files: [file], port: 0, batching: false },
    ...(!awake && { stayAwakeUs: 0 }),
  })
  const client = new LeanClient(server.url, CONNECTIONS)
  const request = bytesOf(new InferProtocol(server.url).encode(rowsOf(genome, 1), model, false))
  const samples = (): number[] => []
  const runs = RATES.map((rate) => ({ rate, p50: samples(), p99: samples(), cpu: samples() }))
  return { awake, server, client, request, runs }
}
