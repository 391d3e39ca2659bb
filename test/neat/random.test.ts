import test from 'ava'
import fc from 'fast-check'
import { Random } from '#src/neat/random.js'

const take = (random: Random, n = 20) => Array.from({ length: n }, () => random.word())
const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })

test('a stream is decided by its name, whatever was drawn from others', (t) => {
  fc.assert(
    fc.property(word, fc.nat(9), word, word, (seed, purpose, generation, index) => {
      const first = take(new Random(seed, purpose, generation, index))
      take(new Random(seed, purpose, generation, index + 1), 3)
      t.deepEqual(take(new Random(seed, purpose, generation, index)), first)
      const other = new Random(seed, purpose, generation, index ^ 1)
      take(other, 5)
      other.seek(index)
      t.deepEqual(take(other), first)
    }),
  )
})

test('streams whose names differ in one number share nothing', (t) => {
  const names: [number, number, number, number][] = []
  for (let n = 0; n < 2000; n++) {
    names.push([n, 0, 0, 0], [7, n + 1, 0, 0], [7, 0, n + 1, 0], [7, 0, 0, n + 1])
  }
  const words = names.flatMap((name) => take(new Random(...name), 4))
  // 32,000 words of 32 bits: by chance about 0.12 pairs coincide.
  t.true(new Set(words).size >= words.length - 3)
})

test('numbers are uniform in their ranges', (t) => {
  const random = new Random(3)
  const counts = new Array(10).fill(0)
  for (let n = 0; n < 100_000; n++) counts[random.below(10)]++
  // A deviation of 500 is more than five standard deviations.
  for (const count of counts) t.true(Math.abs(count - 10_000) < 500, `${counts}`)
  for (let n = 0; n < 1000; n++) {
    const [next, signed, uniform] = [random.next(), random.signed(), random.uniform(-3, 5)]
    t.true(next >= 0 && next < 1 && signed >= -1 && signed < 1 && uniform >= -3 && uniform < 5)
  }
})
