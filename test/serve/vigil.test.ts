import test from 'ava'
import fc from 'fast-check'
import { Vigil } from '#src/serve/vigil.js'

const LASTS_US = 200
const TURN_US = 10

/** A loop whose clock goes on by {@link TURN_US} a turn, or as the test says. */
class TestLoop {
  ms = 0
  turns = 0
  #next: (() => void) | undefined
  readonly now = () => this.ms
  readonly nextTurn = (callback: () => void) => {
    if (this.#next !== undefined) throw new Error('a second callback for one turn')
    this.#next = callback
  }

  /** Lets microseconds go by: turning as long as somebody wants a turn, asleep afterwards. */
  pass(us: number): void {
    const end = this.ms + us / 1000
    while (this.ms < end) {
      const next = this.#next
      if (next === undefined) break
      this.#next = undefined
      this.ms = Math.min(end, this.ms + TURN_US / 1000)
      this.turns += 1
      next()
    }
    this.ms = end
  }
}

/** Turns taken after each answer, for requests that come at these gaps after the answer before. */
function turnsAfter(gapsUs: readonly number[], lastsUs = LASTS_US): number[] {
  const loop = new TestLoop()
  const vigil = new Vigil(lastsUs, loop)
  const turns: number[] = []
  for (const gap of gapsUs) {
    const before = loop.turns
    loop.pass(gap)
    turns.push(loop.turns - before)
    vigil.arrived()
    // The run: a vigil from before must be over.
    const during = loop.turns
    loop.pass(50)
    if (loop.turns > during + 1) throw new Error('the loop turns while the server is at work')
    vigil.answered()
  }
  return turns
}

test('stays awake for a client that asks one after the other', (t) => {
  const turns = turnsAfter(new Array(40).fill(60))
  // The first gap follows no answer, and 16 short ones must be seen.
  t.deepEqual(turns.slice(0, 17), new Array(17).fill(0))
  t.true(turns.slice(17).every((count) => count >= 60 / TURN_US - 1))
})

test('gives up when nobody asks, and begins anew', (t) => {
  const turns = turnsAfter([...new Array(20).fill(60), 5000, ...new Array(20).fill(60)])
  const lost = turns[20]
  t.true(lost >= LASTS_US / TURN_US && lost <= LASTS_US / TURN_US + 2, `${lost} turns`)
  t.deepEqual(turns.slice(21, 37), new Array(16).fill(0))
  t.true(turns[40] > 0)
})

test('0 is never', (t) => {
  t.deepEqual(turnsAfter(new Array(40).fill(0), 0), new Array(40).fill(0))
})

test('whatever the gaps, no vigil is longer than its time, or kept without 16 short gaps before', (t) => {
  const gap = fc.oneof(fc.integer({ min: 0, max: 199 }), fc.integer({ min: 200, max: 2000 }))
  fc.assert(
    fc.property(fc.array(gap, { maxLength: 200 }), (gapsUs) => {
      const turns = turnsAfter(gapsUs)
      for (const [index, count] of turns.entries()) {
        if (count > LASTS_US / TURN_US + 2) return false
        const before = gapsUs.slice(Math.max(1, index - 16), index)
        // Gaps of nearly the whole time may be either.
        const short = before.length === 16 && before.every((us) => us < LASTS_US)
        if (count > 1 && !short) return false
      }
      return true
    }),
  )
  t.pass()
})
