import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { compareWithBaseline, quotient } from '#src/measure/baseline.js'
import type { Report } from '#src/measure/report-schema.js'
import { type Estimate, scale } from '#src/measure/statistics.js'
import { Random } from '#src/neat/random.js'
import { withBaseline } from '#src/report/baselines.js'
import { sample } from '../report/sample.js'

/** What a call takes more than an echo, when the call takes `by` times what it took, and the echo what it took. */
function more(over: Estimate, call: Estimate, by: number): Estimate {
  const extra = (by - 1) * call.value
  return { value: over.value + extra, low: over.low + extra, high: over.high + extra }
}

/**
 * The sample with every time multiplied, by a factor of its own for each figure; of an exchange that
 * is all of the server's doing, unless the echo became as slow.
 */
function scaled(factor: () => number, echo: 'same' | 'as slow' = 'same'): Report {
  const times = (estimate: Estimate): Estimate => {
    const by = factor()
    return { value: estimate.value * by, low: estimate.low * by, high: estimate.high * by }
  }
  return {
    ...sample,
    measurements: sample.measurements.map((row) => ({
      ...row,
      rowNs: times(row.rowNs),
      overEcho: row.overEcho && {
        p50Ns:
          echo === 'as slow'
            ? times(row.overEcho.p50Ns!)
            : more(row.overEcho.p50Ns!, row.callNs.p50!, factor()),
        meanNs:
          echo === 'as slow'
            ? times(row.overEcho.meanNs)
            : more(row.overEcho.meanNs, scale(row.rowNs, row.rowsPerCall), factor()),
      },
      callNs: {
        ...row.callNs,
        p50: times(row.callNs.p50!),
        p99: times(row.callNs.p99!),
      },
    })),
  }
}

const comparisons = (report: Report) => compareWithBaseline(sample, report).comparisons
const verdicts = (report: Report) => comparisons(report).map((one) => one.verdict)

test('a run that is 20 % slower is worse, one that is 20 % faster better, in cost and median', (t) => {
  const worse = comparisons(scaled(() => 1.2))
  t.true(worse.filter(({ figure }) => figure !== 'p99').every(({ verdict }) => verdict === 'worse'))
  const better = comparisons(scaled(() => 0.8))
  t.true(
    better.filter(({ figure }) => figure !== 'p99').every(({ verdict }) => verdict === 'better'),
  )
})

test('noise of a few percent is no change', (t) => {
  const random = new Random(5)
  for (let run = 0; run < 10; run++) {
    const noisy = scaled(() => 0.95 + 0.1 * random.next())
    t.true(verdicts(noisy).every((verdict) => verdict === 'no change'))
  }
})

test('independent widths add in squares', (t) => {
  const before = { value: 100, low: 97, high: 103 }
  const now = { value: 120, low: 116, high: 124 }
  const { value, low, high } = quotient(now, before)
  t.is(value, 1.2)
  t.true(low > 1.145 && low < 1.155 && high > 1.245 && high < 1.26)
})

test('what the machine itself became slower by is taken off', (t) => {
  const slower = scaled(() => 1.3, 'as slow')
  const times = ({ value, low, high }: Estimate) => ({
    ...{ value: 1.3 * value, low: 1.3 * low, high: 1.3 * high },
  })
  const yardsticks = sample.yardsticks.map((one) => ({
    ...one,
    p50Ns: one.p50Ns && times(one.p50Ns),
    meanNs: times(one.meanNs),
  }))
  t.true(verdicts({ ...slower, yardsticks }).every((verdict) => verdict === 'no change'))
  const { machine } = compareWithBaseline(sample, { ...slower, yardsticks })
  t.deepEqual(
    machine.map(({ name, change }) => [name, Math.round(change.value * 100)]),
    [
      ['arithmetic', 30],
      ['echo', 30],
    ],
  )
  t.true(verdicts({ ...sample, yardsticks }).includes('better'), 'as fast on a slower machine')
})

test('on a busy machine nothing can be told', (t) => {
  const othersCpu = { before: 0, during: 0.5 }
  const busy = { ...scaled(() => 3), environment: { ...sample.environment, othersCpu } }
  t.true(verdicts(busy).every((verdict) => verdict === 'cannot tell'))
})

test('runs of different things are not compared', (t) => {
  const other = { ...sample, trace: { ...sample.trace, source: 'xor' } }
  t.throws(() => compareWithBaseline(other, sample), { code: 'BASELINE_MISMATCH' })
})

test('the first run under a name is saved, later ones are compared with it', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'neatron-baseline-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const first = await withBaseline(sample, directory, 'main')
  t.true(first.saved)
  const second = await withBaseline(
    scaled(() => 1.3),
    directory,
    'main',
  )
  t.false(second.saved)
  t.is(second.report.baseline!.name, 'main')
  t.true(second.report.baseline!.comparisons.some(({ verdict }) => verdict === 'worse'))
  await writeFile(join(directory, 'baselines', 'broken.json'), '{')
  await t.throwsAsync(withBaseline(sample, directory, 'broken'), { code: 'BASELINE_INVALID' })
})
