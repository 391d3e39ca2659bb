import type { Contender } from './contender.js'
import { Latencies } from './latencies.js'
import { windowsAgree, windowsOf } from './stability.js'
import type { Uniform } from './statistics.js'

/** One contender's share of one round. */
export interface Round {
  readonly latencies: Latencies
  readonly calls: number
  readonly seconds: number
  /** When the contender ran, in milliseconds since the epoch. */
  readonly startedAt: number
  readonly endedAt: number
}

/** How long to measure. */
export interface RoundPlan {
  /** Milliseconds of one contender in one round; in-process calls need less than remote ones. */
  readonly inProcessMs: number
  readonly remoteMs: number
  readonly roundsPerWindow: number
  /** Windows to measure at least, three or more, so that there are three to agree. */
  readonly minWindows: number
  /** Windows after which a contender that does not settle is left UNSTABLE. */
  readonly maxWindows: number
}

/** Waited for around each contender's share of a round, and between windows: nothing is timed then. */
export interface RoundObserver {
  before?(contender: Contender): void | Promise<void>
  after?(contender: Contender, round: Round): void | Promise<void>
  /** Before each window but the first. */
  betweenWindows?(): Promise<void>
}

/**
 * Measures all contenders in interleaved rounds, in a new random order each round, so that drift of
 * the machine hits all alike. Goes on until the last windows of every contender agree, or
 * `maxWindows` are done. Stops early, with whole rounds only, when `signal` is aborted.
 */
export async function measureInRounds(
  contenders: readonly Contender[],
  plan: RoundPlan,
  random: Uniform,
  observer: RoundObserver = {},
  signal?: AbortSignal,
): Promise<Map<Contender, Round[]>> {
  const measured = new Map<Contender, Round[]>(contenders.map((contender) => [contender, []]))
  const settled = () =>
    [...measured.values()].every((rounds) => windowsAgree(windowsOf(rounds, plan.roundsPerWindow)))
  for (let window = 0; window < plan.maxWindows; window++) {
    if (window > 0 && !signal?.aborted) await observer.betweenWindows?.()
    for (let r = 0; r < plan.roundsPerWindow; r++) {
      for (const contender of shuffled(contenders, random)) {
        if (signal?.aborted) return wholeRounds(measured)
        await observer.before?.(contender)
        const round = await runRound(contender, plan)
        measured.get(contender)!.push(round)
        await observer.after?.(contender, round)
      }
    }
    if (window + 1 >= plan.minWindows && settled()) break
  }
  return measured
}

async function runRound(contender: Contender, plan: RoundPlan): Promise<Round> {
  const inProcess = contender.mode === 'native' || contender.mode === 'in process'
  const latencies = new Latencies(contender.callsPerSample)
  const startedAt = Date.now()
  const work = await contender.run(inProcess ? plan.inProcessMs : plan.remoteMs, latencies)
  return { ...work, latencies, startedAt, endedAt: Date.now() }
}

/** Drops the shares of a round that not every contender had. */
function wholeRounds(measured: Map<Contender, Round[]>): Map<Contender, Round[]> {
  const whole = Math.min(...[...measured.values()].map((rounds) => rounds.length))
  return new Map([...measured].map(([contender, rounds]) => [contender, rounds.slice(0, whole)]))
}

/** Fisher and Yates' shuffle of a copy. */
export function shuffled<T>(items: readonly T[], random: Uniform): T[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const item = order[i]
    order[i] = order[j]
    order[j] = item
  }
  return order
}
