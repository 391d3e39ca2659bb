import test from 'ava'
import { warmUp } from '#src/measure/warm-up.js'

/** Warms up what costs so much in piece after piece, and gives how many pieces it took. */
async function pieces(cost: (piece: number) => number): Promise<number> {
  let count = 0
  await warmUp(30, async (milliseconds) => {
    t10(milliseconds)
    return cost(count++)
  })
  return count
}

const t10 = (milliseconds: number) => {
  if (milliseconds !== 10) throw new Error(`a piece of ${milliseconds} ms`)
}

test('a warm-up ends as planned when calls have settled', async (t) => {
  t.is(await pieces(() => 100), 3)
  t.is(await pieces((piece) => [500, 104, 100][piece]), 3)
})

test('it goes on while calls become faster, but not for ever', async (t) => {
  t.is(await pieces((piece) => [900, 500, 300, 200, 190][piece]), 5)
  t.is(await pieces((piece) => (piece % 2 === 0 ? 100 : 200)), 9)
})
