import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { nowNs } from '../brain/recorder.js'
import { Latencies } from './latencies.js'
import type { Uniform } from './statistics.js'

/** Calls at a rate of their own, whether or not earlier ones have been answered. */
export interface OpenLoopOptions {
  /** Calls a second, on average. */
  readonly rate: number
  readonly milliseconds: number
  /** `poisson`: independent callers, exponential gaps. `constant`: equal gaps. */
  readonly arrivals: 'poisson' | 'constant'
  readonly random: Uniform
  /** Where latencies are recorded. Default a new one. */
  readonly latencies?: Latencies
  readonly signal?: AbortSignal
}

/** What an open loop came to. */
export interface OpenLoop {
  /** From when a call was due, not from when it was sent: waiting for a turn is waiting. */
  readonly latencies: Latencies
  readonly calls: number
  /** From the first due time to the last answer, or to the end of the schedule if that is later. */
  readonly seconds: number
  /** Calls given up on, because too many were unanswered: the rate is beyond what can be served. */
  readonly shed: number
}

/** With so many calls unanswered the server is lost, and more would only fill memory. */
const MOST_UNANSWERED = 4096

/** Timers come up to about this late; closer than that, the loop takes turns until it is time. */
const TIMER_SLACK_MS = 2

/**
 * Sends calls on a schedule fixed beforehand by `random`. A late call is sent at once and its
 * latency counts from its due time, so that a stall shows in every call it delays (Tene's
 * coordinated omission, as wrk2 avoids it). `call` gives false for one that failed and has no
 * latency; what it throws ends the loop.
 */
export async function openLoop(
  call: () => Promise<boolean>,
  { rate, milliseconds, arrivals, random, latencies = new Latencies(), signal }: OpenLoopOptions,
): Promise<OpenLoop> {
  const gap = 1e9 / rate
  const start = nowNs()
  const end = start + milliseconds * 1e6
  let due = start
  let calls = 0
  let shed = 0
  let unanswered = 0
  let failure: unknown
  let lastAnswer = start
  const pending = new Set<Promise<void>>()
  const send = async (dueAt: number) => {
    unanswered++
    try {
      const answered = await call()
      lastAnswer = nowNs()
      if (answered) latencies.record(lastAnswer - dueAt)
    } catch (error) {
      failure ??= error
    }
    unanswered--
  }
  while (due < end && !signal?.aborted && failure === undefined) {
    const wait = (due - nowNs()) / 1e6
    if (wait > TIMER_SLACK_MS) await sleep(wait - TIMER_SLACK_MS)
    else if (wait > 0) await nextTurn()
    else {
      if (unanswered < MOST_UNANSWERED) {
        calls++
        const sent = send(due)
        pending.add(sent)
        void sent.then(() => pending.delete(sent))
      } else shed++
      due += arrivals === 'poisson' ? -Math.log(1 - random()) * gap : gap
      // Answers come in between even when calls are always due.
      if ((calls + shed) % 64 === 0) await nextTurn()
    }
  }
  await Promise.all(pending)
  if (failure !== undefined) throw failure
  const seconds = (Math.max(lastAnswer, Math.min(end, nowNs())) - start) / 1e9
  return { latencies, calls, seconds, shed }
}
