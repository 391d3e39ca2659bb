import test from 'ava'
import fc from 'fast-check'
import { allot } from '#src/neat/allotment.js'

test('shares become children to the last one, each within one of its quota', (t) => {
  const shares = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 })
  fc.assert(
    fc.property(shares, fc.nat(1000), (shares, total) => {
      const offspring = allot(shares, total)
      const sum = shares.reduce((a, b) => a + b, 0)
      t.is(
        offspring.reduce((a, b) => a + b, 0),
        total,
      )
      offspring.forEach((n, index) => {
        const quota = total * (sum > 0 ? shares[index] / sum : 1 / shares.length)
        t.true(Math.abs(n - quota) <= 1)
      })
    }),
  )
})

test('the largest remainders are served, the elder first', (t) => {
  t.deepEqual(allot([1, 1, 1], 4), [2, 1, 1])
  t.deepEqual(allot([3, 1], 2), [2, 0])
  t.deepEqual(allot([0, 0], 3), [2, 1])
})
