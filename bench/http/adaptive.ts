import { setTimeout as sleep } from 'node:timers/promises'
import { NeatBrain } from 'neatron'
import type { Genome } from '#src/genome/genome.js'
import { closedLoop } from '#src/measure/closed-loop.js'
import { Placement } from '#src/measure/placement.js'
import { quantile } from '#src/measure/statistics.js'
import { Random } from '#src/neat/random.js'
import { startServer } from '#src/serve/child.js'
import { type Spread, spread } from '../spread.js'
import { readGenome } from './side.js'
import { inTurn } from './turns.js'
import { rowsOf } from './wire.js'

/** Rows of a tick, which are asked together and awaited together. */
const TICK_ROWS = 150
/** Callers that know nothing of each other, and how long each thinks between its rows on average. */
const CALLERS = 64
const THINK_MS = 2

const ADAPTIVE = 'adaptive'
/**
 * The sizes that compete. Like the adaptive one, the fixed ones gather the rows of one turn of the
 * event loop; one waits by the clock as well, as fixed sizes do by default.
 */
const SIZES: readonly {
  readonly name: string
  readonly batch: number | 'adaptive'
  readonly maxDelayMs?: number
}[] = [
  { name: '1', batch: 1, maxDelayMs: 0 },
  { name: '8', batch: 8, maxDelayMs: 0 },
  { name: '64', batch: 64, maxDelayMs: 0 },
  { name: '64, waits 1 ms', batch: 64 },
  { name: '512', batch: 512, maxDelayMs: 0 },
  { name: ADAPTIVE, batch: 'adaptive' },
]

export interface SizeResult {
  readonly name: string
  readonly rowsPerSecond: Spread
  /** From asking for a row to its answer. */
  readonly p50Us: Spread
  readonly p99Us: Spread
  /** Rows a request, on average: for the adaptive size, what it came to. */
  readonly rowsPerRequest: number
}

export interface AdaptiveResult {
  readonly clients: string
  readonly sizes: readonly SizeResult[]
  /** The fixed size that answers most rows a second, and the adaptive one's rows/s over its. */
  readonly bestFixed: string
  readonly overBest: Spread
}

/** Asks rows for `ms` milliseconds; gives rows a second, and tells of each row's microseconds. */
type Clients = (brain: NeatBrain, ms: number, onRow: (us: number) => void) => Promise<number>

/** The adaptive batch size against fixed ones: a tick in lockstep, and independent callers. */
export async function adaptiveBatch(
  file: string,
  plan: { readonly rounds: number; readonly ms: number },
): Promise<AdaptiveResult[]> {
  const { genome, model } = readGenome(file)
  const server = await startServer({ files: [file], port: 0 })
  const placement = await Placement.open()
  await placement?.keepServer(server.pid)
  await placement?.client('kept')
  const kinds: [clients: string, ask: Clients][] = [
    [`a tick of ${TICK_ROWS} rows in lockstep`, lockstep(genome)],
    [`${CALLERS} callers that think ${THINK_MS} ms`, callers(genome)],
  ]
  try {
    const results = []
    for (const [clients, ask] of kinds) {
      results.push({ clients, ...(await compete(server.url, model, ask, plan)) })
    }
    return results
  } finally {
    await placement?.client('free')
    placement?.close()
    await server.close()
  }
}

async function compete(
  url: string,
  model: string,
  ask: Clients,
  { rounds, ms }: { readonly rounds: number; readonly ms: number },
): Promise<Omit<AdaptiveResult, 'clients'>> {
  const sides = SIZES.map(({ name, batch, maxDelayMs }) => ({
    name,
    brain: NeatBrain.remote({ url, model, batch, maxDelayMs }),
    rates: [] as number[],
    p50: [] as number[],
    p99: [] as number[],
  }))
  for (let round = 0; round <= rounds; round++) {
    for (const side of inTurn(sides, round)) {
      const times: number[] = []
      const rate = await ask(side.brain, ms, (us) => times.push(us))
      // The first round warms up, and lets the adaptive size search.
      if (round === 0) {
        side.brain.takeGeneration()
        continue
      }
      const sorted = Float64Array.from(times).sort()
      side.rates.push(rate)
      side.p50.push(quantile(sorted, 0.5))
      side.p99.push(quantile(sorted, 0.99))
    }
  }
  const sizes = sides.map(({ name, brain, rates, p50, p99 }) => {
    const { rows, inferCount, requests } = brain.takeGeneration()
    if (rows !== inferCount) throw new Error(`${rows} rows asked, ${inferCount} answered`)
    return {
      name,
      rowsPerSecond: spread(rates),
      p50Us: spread(p50),
      p99Us: spread(p99),
      rowsPerRequest: rows / requests,
    }
  })
  for (const { brain } of sides) await brain.close()
  const best = sizes
    .filter(({ name }) => name !== ADAPTIVE)
    .reduce((a, b) => (b.rowsPerSecond.median > a.rowsPerSecond.median ? b : a))
  const ratesOf = (wanted: string) => sides.find(({ name }) => name === wanted)!.rates
  const bestRates = ratesOf(best.name)
  const overBest = spread(ratesOf(ADAPTIVE).map((rate, round) => rate / bestRates[round]))
  return { sizes, bestFixed: best.name, overBest }
}

/** One client whose rows are asked together. */
function lockstep(genome: Genome): Clients {
  const { genome: index, inputs } = rowsOf(genome, TICK_ROWS)
  const outputs = new Float32Array(TICK_ROWS * genome.outputSize)
  return async (brain, ms, onRow) => {
    const tick = async () => brain.feedForwardRows(index, inputs, outputs, TICK_ROWS)
    // The rows of a tick have the same time.
    const { calls, wallNs } = await closedLoop(1, ms, tick, (ns) => onRow(ns / 1e3))
    return (calls * TICK_ROWS * 1e9) / wallNs
  }
}

/** Many clients with a row each, that come when they come. */
function callers(genome: Genome): Clients {
  const { inputs } = rowsOf(genome, 1)
  const random = new Random(1)
  return async (brain, ms, onRow) => {
    const call = async () => {
      // Exponential, so that nothing keeps the callers in step.
      await sleep(-THINK_MS * Math.log(1 - random.next()))
      const before = performance.now()
      await brain.infer(inputs)
      onRow((performance.now() - before) * 1e3)
    }
    const { calls, wallNs } = await closedLoop(CALLERS, ms, call, () => undefined)
    return (calls * 1e9) / wallNs
  }
}
