/**
 * Timing: benny runs its cases one after the other, so that a slow moment of the machine falls on
 * one of them. Here it runs many short suites, each round in another order, and the samples of a
 * case are pooled. A sample is short (0.2 ms), so that few of them are interrupted.
 */
import benny from 'benny'
import { type Spread, spread } from '../spread.js'
import type { Contender } from './contender.js'

/** The nanoseconds of one run of each contender, round by round. */
export type Samples = Map<string, number[][]>

/** A contender's nanoseconds over all rounds. */
export function pooled(samples: Samples, name: string): Spread {
  return spread(samples.get(name)!.flat())
}

/**
 * What `figure` makes of the medians of each round: contenders of one round met the machine in the
 * same mood, so that the quartiles of the result are its own.
 */
export function paired(
  samples: Samples,
  figure: (median: (name: string) => number) => number,
): Spread {
  const [{ length }] = samples.values()
  return spread(
    Array.from({ length }, (_, round) =>
      figure((name) => spread(samples.get(name)![round]).median),
    ),
  )
}

/** Calls `run` for so long; roughly how long one call takes, in nanoseconds. */
async function estimate(run: () => void | Promise<void>, milliseconds: bigint): Promise<number> {
  const start = process.hrtime.bigint()
  let calls = 0
  while (process.hrtime.bigint() - start < milliseconds * 1_000_000n) {
    const pending = run()
    if (pending !== undefined) await pending
    calls++
  }
  return Number(process.hrtime.bigint() - start) / calls
}

interface Case {
  name: string
  /** Calls of the contender in one call of the case. */
  calls: number
  run(): void | Promise<void>
}

/**
 * A case for benny: a loop over the contender of about 20 us, since benny's own cost for a call is
 * more than that of a bound one. Each loop is compiled for itself, as a user's would be.
 */
async function caseOf({ name, run, calls: own }: Contender): Promise<Case> {
  if (own !== undefined) return { name, calls: own, run }
  const nanoseconds = await estimate(run, 10n)
  let last = run()
  if (last instanceof Promise) {
    await last
    // benny begins each case once without waiting for its end.
    const queued = () => {
      last = (last as Promise<void>).then(run)
      return last
    }
    return { name, calls: 1, run: queued }
  }
  const calls = Math.max(1, Math.round(20_000 / nanoseconds))
  const loop = new Function('run', `for (let call = 0; call < ${calls}; call++) run()`)
  // Until the loop is compiled for good.
  await estimate(() => loop(run), 100n)
  return { name, calls, run: () => loop(run) }
}

/** benny announces each suite on the console, where the result of --json goes. */
async function quietly<T>(body: () => Promise<T>): Promise<T> {
  const { log } = console
  console.log = () => {}
  try {
    return await body()
  } finally {
    console.log = log
  }
}

/** Times the contenders against each other for so many rounds. */
export async function pool(contenders: readonly Contender[], rounds: number): Promise<Samples> {
  const cases: Case[] = []
  for (const contender of contenders) cases.push(await caseOf(contender))
  const samples: Samples = new Map(cases.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    const rotated = cases.map((_, index) => cases[(index + round) % cases.length])
    const { results } = await quietly(() =>
      benny.suite(
        `round ${round}`,
        ...rotated.map(({ name, run }) =>
          benny.add(name, () => run(), {
            minTime: 0.0002,
            maxTime: 0.01,
            minSamples: 20,
            delay: 0,
          }),
        ),
      ),
    )
    for (const { name, details } of results) {
      const { calls } = cases.find((one) => one.name === name)!
      samples.get(name)!.push(details.sampleResults.map((seconds) => (seconds * 1e9) / calls))
    }
  }
  return samples
}
