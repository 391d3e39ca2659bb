import { quantile } from '#src/measure/statistics.js'
import { type Spread, spread } from '../spread.js'
import { inTurn } from './turns.js'

/** One way of being answered. */
export interface Contender {
  readonly name: string
  /** Asks once. */
  send(): Promise<unknown>
}

/** The microseconds of each call, by round. */
export type Samples = ReadonlyMap<string, readonly Float64Array[]>

/** Calls to each before all: a server's code is compiled again and again for some thousand calls. */
const FIRST_CALLS = 5000

/** Calls at the beginning of each turn that are not counted: caches are full of another's code. */
const WARM_UP = 20

/** Asks all contenders in turns, in another order each round. */
export async function pool(
  contenders: readonly Contender[],
  { rounds, calls }: { readonly rounds: number; readonly calls: number },
): Promise<Samples> {
  const samples = new Map(contenders.map(({ name }) => [name, [] as Float64Array[]]))
  for (const { send } of contenders) for (let call = 0; call < FIRST_CALLS; call++) await send()
  for (let round = 0; round < rounds; round++) {
    for (const { name, send } of inTurn(contenders, round)) {
      for (let call = 0; call < WARM_UP; call++) await send()
      const times = new Float64Array(calls)
      for (let call = 0; call < calls; call++) {
        const before = performance.now()
        await send()
        times[call] = (performance.now() - before) * 1e3
      }
      samples.get(name)!.push(times)
    }
  }
  return samples
}

/** The q-quantile of a contender's calls, round by round. */
export function byRound(samples: Samples, name: string, q: number): number[] {
  return samples.get(name)!.map((times) => quantile(Float64Array.from(times).sort(), q))
}

/** How many times the p50 of another a contender's is: the rounds' ratios. */
export function ratioOf(samples: Samples, name: string, other: string): Spread {
  const others = byRound(samples, other, 0.5)
  return spread(byRound(samples, name, 0.5).map((value, round) => value / others[round]))
}
