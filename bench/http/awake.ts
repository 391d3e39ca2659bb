import { closedLoop } from '#src/measure/closed-loop.js'
import { openLoop } from '#src/measure/open-loop.js'
import { Placement } from '#src/measure/placement.js'
import { processUsage } from '#src/measure/process-usage.js'
import { quantile } from '#src/measure/statistics.js'
import { Random } from '#src/neat/random.js'
import { type Spread, spread } from '../spread.js'
import { openSide, type Side } from './side.js'
import { inTurn } from './turns.js'

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
  const open = async (awake: boolean) => {
    const options = { batching: false, ...(!awake && { stayAwakeUs: 0 }) }
    const side = await openSide(file, options, CONNECTIONS)
    await placement?.keepServer(side.server.pid)
    const samples = (): number[] => []
    const runs = RATES.map((rate) => ({ rate, p50: samples(), p99: samples(), cpu: samples() }))
    return { awake, side, runs }
  }
  const sides = [await open(true), await open(false)]
  await placement?.client('kept')
  const random = new Random(1)
  try {
    // The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      for (const { side, runs } of inTurn(sides, round)) {
        for (const { rate, p50, p99, cpu } of runs) {
          const before = cpuNsOf(side)
          const sorted = await timesAt(rate, ms, side, random)
          if (round === 0) continue
          p50.push(quantile(sorted, 0.5))
          p99.push(quantile(sorted, 0.99))
          cpu.push((cpuNsOf(side) - before) / 1e3 / sorted.length)
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
    for (const { side } of sides) await side.close()
  }
}

const cpuNsOf = ({ server }: Side): number => processUsage(server.pid)?.cpuNs ?? Number.NaN

/** The microseconds of each call for `ms` milliseconds, sorted. */
async function timesAt(
  rate: number,
  ms: number,
  side: Side,
  random: Random,
): Promise<Float64Array> {
  const times: number[] = []
  const call = async () => {
    const began = performance.now()
    await side.ask()
    times.push((performance.now() - began) * 1e3)
    return true
  }
  if (rate === 0) await closedLoop(1, ms, call, () => undefined)
  else {
    const next = () => random.next()
    await openLoop(call, { rate, milliseconds: ms, arrivals: 'poisson', random: next })
  }
  return Float64Array.from(times).sort()
}
