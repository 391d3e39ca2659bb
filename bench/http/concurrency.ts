import { closedLoop } from '#src/measure/closed-loop.js'
import { quantile } from '#src/measure/statistics.js'
import { type Spread, spread } from '../spread.js'
import { openSide } from './side.js'
import { inTurn } from './turns.js'

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
  const sides = []
  for (const batching of [true, false]) {
    const side = await openSide(file, { batching }, CLIENTS)
    const samples = (): number[] => []
    sides.push({ batching, side, rates: samples(), p50: samples(), p99: samples() })
  }
  try {
    // The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      for (const { side, rates, p50, p99 } of inTurn(sides, round)) {
        const times: number[] = []
        const onCall = (ns: number) => times.push(ns / 1e3)
        const { calls, wallNs } = await closedLoop(CLIENTS, ms, side.ask, onCall)
        if (round === 0) continue
        const sorted = Float64Array.from(times).sort()
        rates.push((calls * 1e9) / wallNs)
        p50.push(quantile(sorted, 0.5))
        p99.push(quantile(sorted, 0.99))
      }
    }
    return sides.map(({ batching, rates, p50, p99 }) => ({
      batching,
      requestsPerSecond: spread(rates),
      p50Us: spread(p50),
      p99Us: spread(p99),
    }))
  } finally {
    for (const { side } of sides) await side.close()
  }
}
