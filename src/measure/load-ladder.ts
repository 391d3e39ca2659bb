import { Random } from '../neat/random.js'
import { closedLoop } from './closed-loop.js'
import { climb } from './ladder.js'
import { samplesNeeded } from './latencies.js'
import type { LoadOptions } from './load.js'
import { LoadTarget } from './load-target.js'
import type { Ladder } from './report-schema.js'

/** Requests in flight while the rate is looked for that the ladder is made to fit. */
const CAPACITY_IN_FLIGHT = 32
const CAPACITY_MS = 1000

/** What to climb: {@link LoadOptions}, with a bound on p99 in place of a rate. */
export interface LoadLadderOptions
  extends Omit<LoadOptions, 'rate' | 'concurrency' | 'arrivals' | 'seconds'> {
  /** Seconds of a step; longer where a p99 needs more requests. */
  readonly seconds: number
  /** p99 under which a rate counts as served, in milliseconds. */
  readonly boundMs: number
  readonly onStep: (rate: number) => void
}

/**
 * Asks an endpoint at rising rates, open loop, until it falls behind, fails requests, or was asked
 * for more than a closed loop reached.
 *
 * @throws NeatronError as `LoadTarget.open`
 */
export async function loadLadder(options: LoadLadderOptions): Promise<Ladder> {
  const { url, token, rows, inputs, seconds, seed, signal, live } = options
  const random = new Random(seed)
  const uniform = () => random.next()
  const target = await LoadTarget.open({
    ...{ url, token, rows, inputs, random: uniform },
    connections: OPEN_CONNECTIONS,
  })
  const call = async (): Promise<boolean> => (await target.attempt()) === undefined
  try {
    let answered = 0
    const { wallNs } = await closedLoop(
      CAPACITY_IN_FLIGHT,
      CAPACITY_MS,
      call,
      (_, success) => {
        if (success) answered++
      },
      signal,
    )
    return await climb(call, {
      name: 'load',
      label: `${url}, ${rows === 1 ? '1 row' : `${rows} rows`} a request`,
      rowsPerCall: rows,
      capacity: (answered / wallNs) * 1e9,
      milliseconds: seconds * 1000,
      calls: 1.2 * samplesNeeded(99),
      boundMs: options.boundMs,
      random: uniform,
      onStep: options.onStep,
      onLatencies: (latencies) => live?.add('load', rows, latencies),
      signal,
    })
  } finally {
    target.close()
  }
}

/** Connections of an open loop: more requests than this wait in the client, and the wait counts. */
export const OPEN_CONNECTIONS = 128
