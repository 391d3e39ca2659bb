import type { BenchOptions } from './bench.js'
import { closedLoop } from './closed-loop.js'
import { ladderContender, MANY_IN_FLIGHT, type Server } from './contenders/line-up.js'
import { type Findings, STREAM, uniform } from './findings.js'
import { climb } from './ladder.js'
import type { Placement } from './placement.js'
import type { Trace } from './trace.js'

/** How long a closed loop looks for the rate that a ladder is made to fit. */
const CAPACITY_MS = 400

/** Open loop at our server, with one row a call and with a batch, each up to where it falls behind. */
export async function climbLadders(
  { plan, seed, progress, signal, live }: BenchOptions,
  trace: Trace,
  server: Server,
  placement: Placement | null,
  found: Findings,
): Promise<void> {
  if (server.championModel === null || plan.ladder === null) return
  const { milliseconds, calls: callsOfStep, rows: batch } = plan.ladder
  await placement?.client('kept')
  for (const rows of [1, batch]) {
    if (signal.aborted) return
    const contender = ladderContender(server, trace, rows)
    try {
      const title = rows === 1 ? 'one row a call' : `batch of ${rows}, ${contender.protocol}`
      progress.stage(`Climbing the rate ladder: ${title}`)
      await contender.prepare(plan.warmUpMs)
      const { calls, wallNs } = await closedLoop(
        MANY_IN_FLIGHT,
        CAPACITY_MS,
        contender.call,
        () => {},
      )
      const call = async () => {
        await contender.call()
        return true
      }
      const ladder = await climb(call, {
        name: rows === 1 ? 'http-open' : `http-open-batch-${rows}`,
        label: `HTTP, ${title}`,
        rowsPerCall: rows,
        capacity: (calls / wallNs) * 1e9,
        milliseconds,
        calls: callsOfStep,
        random: uniform(seed, STREAM.arrivals),
        onStep: (rate) => progress.stage(`Climbing the rate ladder: ${title}, ${rate} calls/s`),
        onLatencies: (latencies) => live?.add(`open-${contender.name}`, rows, latencies),
        signal,
      })
      if (ladder.steps.length > 0) found.ladders.push(ladder)
    } finally {
      await contender.close()
    }
  }
}
