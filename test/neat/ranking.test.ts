import test from 'ava'
import fc from 'fast-check'
import { rank } from '#src/neat/ranking.js'

test('the fittest come first, and the earlier of equals', (t) => {
  // Few distinct values, so that ties are frequent.
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (values) => {
      const members = [...values.keys()]
      const expected = members.toSorted((a, b) => values[b] - values[a] || a - b)
      t.deepEqual([...rank(members, Float64Array.from(values))], expected)
    }),
  )
  t.deepEqual([...rank([5, 2, 7], Float64Array.of(0, 0, 1, 0, 0, 1, 0, 3))], [7, 5, 2])
})
