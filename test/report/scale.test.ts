import test from 'ava'
import fc from 'fast-check'
import { compact, duration, linearScale, logScale, tailScale } from '#src/report/charts/scale.js'

test('a linear scale begins at zero, ends at or beyond its maximum, at round steps', (t) => {
  const { at, ticks } = linearScale(7.3, 0, 100)
  t.deepEqual(ticks, [0, 2, 4, 6, 8])
  t.is(at(0), 0)
  t.is(at(8), 100)
})

test('a linear scale has a few ticks, whatever its size', (t) => {
  const fewTicks = () =>
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (max) => {
        const { ticks, at } = linearScale(max, 0, 1)
        return ticks.length >= 2 && ticks.length <= 12 && at(max) <= 1 + 1e-9
      }),
    )
  t.notThrows(fewTicks)
})

test('a logarithmic scale has ticks at powers of ten, and more of them when it is short', (t) => {
  t.deepEqual(logScale(0.9, 2000, 0, 1).ticks, [1, 10, 100, 1000])
  t.deepEqual(logScale(150, 900, 0, 1).ticks, [200, 500])
  const { at } = logScale(1, 100, 0, 200)
  t.is(Math.round(at(10)), 100)
})

test('a tail scale gives each nine the same room', (t) => {
  const { at, ticks } = tailScale(0, 300, 99.9, true)
  t.deepEqual(ticks, [0, 50, 90, 99, 99.9])
  t.deepEqual(
    [0, 90, 99, 99.9].map((tick) => Math.round(at(tick))),
    [0, 100, 200, 300],
  )
  t.false(tailScale(0, 300, 99.9, false).ticks.includes(0))
})

test('durations take the unit that reads best', (t) => {
  t.deepEqual([0, 55.9, 1200, 250_000, 3.5e6, 2e9].map(duration), [
    '0',
    '55.9 ns',
    '1.2 us',
    '250 us',
    '3.5 ms',
    '2 s',
  ])
  t.deepEqual([0.01, 950, 12_300, 131e6].map(compact), ['0.01', '950', '12.3k', '131M'])
})
