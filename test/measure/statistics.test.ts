import test from 'ava'
import fc from 'fast-check'
import {
  against,
  bootstrap,
  difference,
  median,
  outliers,
  quantile,
  ratio,
  spread,
} from '#src/measure/statistics.js'
import { Random } from '#src/neat/random.js'

const uniform = (seed: number) => {
  const random = new Random(seed)
  return () => random.next()
}

const weightedMean = (values: readonly number[]) => (weights: Uint32Array) =>
  values.reduce((sum, value, i) => sum + value * weights[i], 0) / values.length

test('quantiles are those of R type 7', (t) => {
  t.is(quantile([1, 2, 3, 4], 0.25), 1.75)
  t.is(quantile([5], 0.9), 5)
  t.is(median([9, 1, 5]), 5)
  t.true(Number.isNaN(quantile([], 0.5)))
})

test('a bootstrap interval covers the true mean about as often as it says', (t) => {
  const random = uniform(1)
  let covered = 0
  const trials = 300
  for (let trial = 0; trial < trials; trial++) {
    const values = Array.from({ length: 30 }, () => random() + random() + random())
    const { low, high } = bootstrap(values.length, weightedMean(values), {
      random,
      resamples: 400,
    })
    if (low <= 1.5 && 1.5 <= high) covered++
  }
  t.true(covered / trials > 0.88 && covered / trials < 0.99, `covered ${covered} of ${trials}`)
})

test('a bootstrap repeats with its seed, and contains its value', (t) => {
  const values = [1, 2, 3, 50, 5, 8]
  const run = () => bootstrap(values.length, weightedMean(values), { random: uniform(7) })
  const estimate = run()
  t.deepEqual(run(), estimate)
  t.is(estimate.value, 11.5)
  t.true(estimate.low < 11.5 && 11.5 < estimate.high)
})

test('drawn in groups, an interval covers the true mean though groups differ', (t) => {
  const random = uniform(2)
  let grouped = 0
  let ungrouped = 0
  const trials = 300
  for (let trial = 0; trial < trials; trial++) {
    // 4 server processes, each somewhat slower or faster than the others, 6 rounds each.
    const values = Array.from({ length: 4 }, () => 10 + random() + random()).flatMap((level) =>
      Array.from({ length: 6 }, () => level + 0.2 * random()),
    )
    const covers = (groupSize?: number) => {
      const draws = { random, resamples: 300, groupSize }
      const { low, high } = bootstrap(values.length, weightedMean(values), draws)
      return low <= 11.1 && 11.1 <= high
    }
    if (covers(6)) grouped++
    if (covers()) ungrouped++
  }
  t.true(grouped / trials > 0.9, `covered ${grouped} of ${trials}`)
  t.true(ungrouped / trials < 0.7, `without groups, ${ungrouped} of ${trials}`)
})

test('one item leaves nothing to draw from', (t) => {
  t.deepEqual(bootstrap(1, weightedMean([4]), { random: uniform(1) }), {
    value: 4,
    low: 4,
    high: 4,
  })
})

test('ratio and difference keep the widest interval', (t) => {
  const a = { value: 10, low: 8, high: 12 }
  const b = { value: 5, low: 4, high: 6 }
  t.deepEqual(ratio(a, b), { value: 2, low: 8 / 6, high: 3 })
  t.deepEqual(difference(a, b), { value: 5, low: 2, high: 8 })
})

test('against a threshold, an interval across it is unsure', (t) => {
  t.is(against({ value: 1, low: 0.5, high: 1.5 }, 2), 'under')
  t.is(against({ value: 3, low: 2.5, high: 3.5 }, 2), 'over')
  t.is(against({ value: 2.1, low: 1.9, high: 3 }, 2), 'unsure')
  t.is(against({ value: 2, low: 2, high: 2 }, 2), 'unsure')
})

test('outliers are counted by Tukey fences', (t) => {
  t.is(outliers([10, 11, 10, 12, 11, 10, 11, 90]), 1)
  t.is(outliers([1, 1, 1]), 0)
})

test('spread is relative to the mean, whatever the unit', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 1 }),
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      (values, factor) => {
        const scaled = spread(values.map((value) => value * factor))
        return Math.abs(scaled - spread(values)) < 1e-9
      },
    ),
  )
  t.is(spread([]), 0)
  t.is(spread([9, 11]), 0.2)
})
