import { AGREEMENT } from './stability.js'
import { spread } from './statistics.js'

/** A warm-up is made of so many pieces, if it goes as it should. */
const PIECES = 3

/** And of so many at most: what has not settled then is not cold, but restless. */
const MOST_PIECES = 9

/**
 * Warms up for `milliseconds`, and for longer while the time of a call still changes from piece to
 * piece by more than windows may differ: up to three times as long. `run` makes calls for a while
 * and gives the mean nanoseconds of one.
 */
export async function warmUp(
  milliseconds: number,
  run: (milliseconds: number) => Promise<number>,
): Promise<void> {
  const costs: number[] = []
  while (costs.length < MOST_PIECES) {
    costs.push(await run(milliseconds / PIECES))
    if (costs.length >= PIECES && spread(costs.slice(-2)) <= AGREEMENT) return
  }
}
