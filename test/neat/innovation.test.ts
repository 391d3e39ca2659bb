import test from 'ava'
import { Innovations } from '#src/neat/innovation.js'

test('the same mutation in one generation has the same numbers', (t) => {
  const innovations = new Innovations(10, 5)
  t.is(innovations.connection(0, 4), 10)
  t.is(innovations.connection(4, 0), 11)
  t.deepEqual(innovations.split(3), { node: 5, into: 12, outOf: 13 })
  t.is(innovations.connection(0, 4), 10)
  t.deepEqual(innovations.split(3), { node: 5, into: 12, outOf: 13 })
  t.deepEqual(innovations.split(10), { node: 6, into: 14, outOf: 15 })
})

test('in the next generation it has new ones', (t) => {
  const innovations = new Innovations(0, 2)
  innovations.connection(0, 1)
  innovations.split(0)
  innovations.nextGeneration()
  t.is(innovations.connection(0, 1), 3)
  t.is(innovations.split(0).node, 3)
  t.is(innovations.nextInnovation, 6)
  t.is(innovations.nextNode, 4)
})
