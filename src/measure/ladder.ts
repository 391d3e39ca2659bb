import type { Latencies } from './latencies.js'
import { openLoop } from './open-loop.js'
import type { Ladder } from './report-schema.js'
import type { Uniform } from './statistics.js'

/** Rates to try, as shares of what the closed loop reached. */
const STEPS = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1, 1.15]

/** p99 under which a rate counts as served, unless told otherwise: a third of a frame at 60 Hz. */
export const BOUND_MS = 5

/**
 * A rate is kept up with when the last answer comes this soon after the last call was due: a twentieth
 * of the step, or a stall's worth. More, and calls were piling up.
 */
const drainMs = (milliseconds: number) => Math.max(milliseconds / 20, 100)

/** p99 at the knee, relative to the lowest p99 of the ladder. */
const KNEE = 2

/** What to climb. */
export interface LadderOptions {
  readonly name: string
  readonly label: string
  readonly rowsPerCall: number
  /** Calls a second that the closed loop reached. */
  readonly capacity: number
  /** A step lasts at least so long, and until about so many calls were due. */
  readonly milliseconds: number
  readonly calls: number
  /** p99 under which a rate counts as served, in milliseconds. Default {@link BOUND_MS}. */
  readonly boundMs?: number
  readonly random: Uniform
  readonly onStep: (rate: number) => void
  /** Given the latencies of each step, when it is done. */
  readonly onLatencies?: (latencies: Latencies) => void
  readonly signal?: AbortSignal
}

/**
 * Asks at one rate after the other, open loop with Poisson arrivals, until the server falls behind
 * or fails a call; finds the knee, and the highest rate with p99 under a bound. `call` gives false
 * for one that failed.
 */
export async function climb(call: () => Promise<boolean>, options: LadderOptions): Promise<Ladder> {
  const { name, label, rowsPerCall, boundMs = BOUND_MS, signal } = options
  const steps: Ladder['steps'] = []
  for (const share of STEPS) {
    if (signal?.aborted) break
    const rate = Math.max(1, Math.round(share * options.capacity))
    options.onStep(rate)
    const lasts = Math.max(options.milliseconds, (options.calls / rate) * 1000)
    const { latencies, calls, seconds, shed } = await openLoop(call, {
      rate,
      milliseconds: lasts,
      arrivals: 'poisson',
      random: options.random,
      signal,
    })
    options.onLatencies?.(latencies)
    if (signal?.aborted || latencies.samples === 0) break
    const achieved = latencies.samples / seconds
    const lost = shed + calls - latencies.samples
    const keepsUp = lost === 0 && seconds * 1000 - lasts <= drainMs(lasts)
    steps.push({
      rate,
      achieved,
      callNs: {
        p50: latencies.percentile(50),
        p99: latencies.percentile(99),
        p999: latencies.percentile(99.9),
        max: latencies.max,
      },
      keepsUp,
    })
    if (!keepsUp) break
  }
  return { name, label, rowsPerCall, boundMs, ...readOff(steps, boundMs), steps }
}

/** The highest rate served, and the knee, of steps at ascending rates. */
export function readOff(
  steps: Ladder['steps'],
  boundMs: number,
): Pick<Ladder, 'highestRate' | 'knee'> {
  const tails = steps.flatMap(({ rate, callNs: { p99 }, keepsUp }) =>
    p99 === null ? [] : [{ rate, p99, keepsUp }],
  )
  const served = tails.filter(({ p99, keepsUp }) => keepsUp && p99 < boundMs * 1e6)
  const lowest = Math.min(...tails.map(({ p99 }) => p99))
  const quietest = tails.findIndex(({ p99 }) => p99 === lowest)
  const knee = tails.slice(quietest).find(({ p99 }) => p99 > KNEE * lowest)
  return { highestRate: served.at(-1)?.rate ?? null, knee: knee?.rate ?? null }
}
