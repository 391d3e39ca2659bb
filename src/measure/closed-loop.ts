import { nowNs } from '../brain/recorder.js'

/** What a closed loop came to. */
export interface ClosedLoop {
  readonly calls: number
  /** Time of all calls together, in nanoseconds: more than passed, when several are under way. */
  readonly busyNs: number
  readonly wallNs: number
}

/**
 * Keeps `inFlight` calls under way for `milliseconds`, then waits for those that are. A slow answer
 * delays the next call of its loop, so this measures service time; what callers wait for at a given
 * rate is the open loop's to tell.
 */
export async function closedLoop<Answer>(
  inFlight: number,
  milliseconds: number,
  call: () => Promise<Answer>,
  onCall: (nanoseconds: number, answer: Answer) => void,
  signal?: AbortSignal,
): Promise<ClosedLoop> {
  let calls = 0
  let busyNs = 0
  const before = nowNs()
  const until = before + milliseconds * 1e6
  const loop = async () => {
    do {
      const asked = nowNs()
      const answer = await call()
      const ns = nowNs() - asked
      onCall(ns, answer)
      busyNs += ns
      calls++
    } while (nowNs() < until && !signal?.aborted)
  }
  await Promise.all(Array.from({ length: inFlight }, loop))
  return { calls, busyNs, wallNs: nowNs() - before }
}
