import test from 'ava'
import { AdaptiveBatch } from '#src/brain/adaptive-batch.js'

/** Feeds full requests whose cost in ms is given by `cost` until `requests` are answered. */
function answer(batch: AdaptiveBatch, requests: number, cost: (rows: number) => number): void {
  for (let i = 0; i < requests; i++) batch.answered(batch.rows, cost(batch.rows))
}

test('grows while a row becomes cheaper, and settles where it no longer does', (t) => {
  const batch = new AdaptiveBatch()
  // A fixed 1 ms a request, and beyond 64 rows the server computes row by row.
  answer(batch, 100, (rows) => 1 + Math.max(0, rows - 64))
  t.is(batch.rows, 64)
})

test('does not grow beyond its bound', (t) => {
  const batch = new AdaptiveBatch()
  answer(batch, 500, () => 1)
  t.is(batch.rows, 8192)
})

test('one slow request does not mislead it', (t) => {
  const batch = new AdaptiveBatch()
  let request = 0
  answer(batch, 100, (rows) => (request++ % 4 === 0 ? 100 : 1) + Math.max(0, rows - 64))
  t.is(batch.rows, 64)
})

test('tries again after a while', (t) => {
  const batch = new AdaptiveBatch()
  answer(batch, 100, (rows) => 1 + Math.max(0, rows - 64))
  answer(batch, 1200, () => 1)
  t.true(batch.rows > 64)
  answer(batch, 20_000, (rows) => rows)
  t.true(batch.rows < 64)
})

test('after rows have waited in vain, as many are enough until more come', (t) => {
  const batch = new AdaptiveBatch()
  answer(batch, 50, () => 1)
  t.is(batch.enough, 8192)
  batch.starved(32)
  t.is(batch.enough, 32)
  t.is(batch.rows, 8192)
  batch.answered(32, 1)
  t.is(batch.enough, 32)
  batch.answered(40, 1)
  t.is(batch.enough, 40)
})
