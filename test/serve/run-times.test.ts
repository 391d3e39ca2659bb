import test from 'ava'
import fc from 'fast-check'
import { RunTimes } from '#src/serve/run-times.js'

test('of a model never run nothing is expected', (t) => {
  const times = new RunTimes()
  t.is(times.atLeast(1024), 0)
  t.is(times.atMost(1024), 0)
})

test('a size that was seen takes what it took, and like sizes the same', (t) => {
  const times = new RunTimes()
  times.add(64, 2)
  for (const rows of [64, 100, 127]) t.deepEqual([times.atLeast(rows), times.atMost(rows)], [2, 2])
  t.deepEqual([times.atLeast(63), times.atMost(63)], [0, 0])
  times.add(100, 4)
  t.is(times.atMost(64), 2.5)
  times.add(64, 0)
  t.is(times.atMost(64), 1.875)
})

test('a hiccup moves what is expected by a quarter, and many runs by as much as it takes', (t) => {
  const times = new RunTimes()
  times.add(8, 1)
  times.add(8, 1000)
  t.is(times.atLeast(8), 1.25)
  for (let count = 0; count < 60; count += 1) times.add(8, 1000)
  t.true(times.atLeast(8) > 999)
})

test('a larger size takes at least as long, at most in proportion to the rows', (t) => {
  const times = new RunTimes()
  times.add(64, 2)
  t.deepEqual([times.atLeast(1024), times.atMost(1024)], [2, 32])
  times.add(512, 3)
  t.deepEqual([times.atLeast(1024), times.atMost(1024)], [3, 6])
})

test('few rows are taken for as many as cost about the same', (t) => {
  const times = new RunTimes()
  times.add(1, 1)
  t.is(times.atMost(16), 1)
  t.is(times.atMost(64), 4)
})

test('the bounds are in order', (t) => {
  const runs = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 4096 }), fc.double({ min: 0, max: 1e4, noNaN: true })),
  )
  fc.assert(
    fc.property(runs, fc.integer({ min: 1, max: 1e5 }), (seen, rows) => {
      const times = new RunTimes()
      for (const [count, ms] of seen) times.add(count, ms)
      return times.atLeast(rows) <= times.atMost(rows) && Number.isFinite(times.atMost(rows))
    }),
  )
  t.pass()
})
