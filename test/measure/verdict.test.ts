import test from 'ava'
import type { Mode } from '#src/measure/contender.js'
import { type MeasuredMode, verdict } from '#src/measure/verdict.js'

/** A row whose cost is known to within `spread` (0.05: 5 % either way). */
function row(mode: Mode, rowsPerCall: number, rowUs: number, spread = 0.05): MeasuredMode {
  const ns = rowUs * 1000
  const around = (value: number) => ({
    value,
    low: value * (1 - spread),
    high: value * (1 + spread),
  })
  return {
    name: `${mode}-${rowsPerCall}`,
    label: `${mode} ${rowsPerCall}`,
    mode,
    rowsPerCall,
    rowNs: around(ns),
    p50Ns: around(ns * rowsPerCall),
    p99Ns: around(ns * rowsPerCall * 1.5),
    valid: true,
  }
}

const rule = (modes: readonly MeasuredMode[]) => {
  const { decision, remote } = verdict(modes)
  return [decision, remote?.decision, remote?.batch]
}

test('a cheap native row against loopback HTTP: native, and batches if it must be remote', (t) => {
  const modes = [
    row('native', 1, 0.1),
    row('single', 1, 200),
    row('batch', 8, 30),
    row('batch', 64, 6),
  ]
  t.deepEqual(rule(modes), ['native', 'batched', 64])
  const { headline, reasons, breakEven, wouldChange } = verdict(modes)
  t.regex(headline, /^Run inference in process: a native row is 60.0 times cheaper .*batches of 64/)
  t.regex(reasons[0].text, /costs 60\.0 times \[54\.3, 66\.3\] as much/)
  t.true(breakEven!.batch! > 8 && breakEven!.batch! < 64)
  t.is(breakEven!.rate, 5000)
  t.true(wouldChange.length > 0)
})

test('a larger batch is adopted only when it is over 2 times cheaper', (t) => {
  const modes = [row('native', 1, 0.1), row('single', 1, 200), row('batch', 8, 10)]
  t.deepEqual(rule([...modes, row('batch', 64, 7)]), ['native', 'batched', 8])
  t.deepEqual(rule([...modes, row('batch', 64, 4)]), ['native', 'batched', 64])
})

test('a heavy network on a fast server: remote is good enough', (t) => {
  const heavy = [row('native', 1, 100, 0.01), row('single', 1, 105, 0.01), row('batch', 64, 80)]
  t.deepEqual(rule(heavy), ['single', 'single', 1])
  const slowWire = [row('native', 1, 100), row('single', 1, 300), row('batch', 64, 90)]
  t.deepEqual(rule(slowWire), ['batched', 'batched', 64])
})

test('the grey range from 10 to 20 us is decided by the rule of 2 times', (t) => {
  const grey = [row('native', 1, 1), row('single', 1, 16)]
  t.deepEqual(rule([...grey, row('batch', 8, 12)]), ['native', 'single', 1])
  t.deepEqual(rule([...grey, row('batch', 8, 5)]), ['native', 'batched', 8])
})

test('intervals across a threshold: cannot tell', (t) => {
  const adds = [row('native', 1, 1), row('single', 1, 11, 0.2), row('batch', 8, 3)]
  t.deepEqual(rule(adds), ['native', 'cannot tell', null])
  const gain = [row('native', 1, 1), row('single', 1, 200), row('batch', 8, 100, 0.2)]
  t.deepEqual(rule(gain), ['native', 'cannot tell', null])
  const side = [row('native', 1, 10, 0.3), row('single', 1, 20, 0.3)]
  t.is(verdict(side).decision, 'cannot tell')
  t.regex(verdict(side).headline, /^Cannot tell/)
})

test('rows that are not valid decide nothing', (t) => {
  const native = { ...row('native', 1, 0.1), valid: false }
  const modes = [native, row('single', 1, 200), row('batch', 8, 20)]
  const { decision, reasons } = verdict(modes)
  t.is(decision, 'batched')
  t.is(reasons[0].rule, 'missing')
  t.is(verdict([]).decision, 'cannot tell')
  t.is(verdict([]).remote, null)
})

test('a p99 surely over 3 times p50 is named as jitter', (t) => {
  const tail = { value: 900_000, low: 800_000, high: 950_000 }
  const modes = [row('native', 1, 0.1), { ...row('single', 1, 200), p99Ns: tail }]
  const reasons = verdict(modes).reasons.filter((reason) => reason.rule === 'jitter')
  t.is(reasons.length, 1)
  t.regex(reasons[0].text, /^single 1: p99 .* which is jitter/)
})

test('training speeds are told beside, and decide nothing', (t) => {
  const modes = [row('native', 1, 0.1), row('single', 1, 200), row('batch', 64, 6)]
  const trained = (label: string, mode: 'cpu' | 'remote', value: number, valid = true) => ({
    ...{ label, mode, valid },
    gensPerSec: { value, low: value, high: value },
  })
  const training = [
    trained('native', 'cpu', 100),
    trained('one row', 'remote', 0.2),
    trained('batch of 150', 'remote', 4),
    trained('lossy', 'remote', 90, false),
  ]
  const { decision, reasons } = verdict(modes, training)
  t.is(decision, verdict(modes).decision)
  const [reason] = reasons.filter(({ rule: name }) => name === 'training')
  t.regex(reason.text, /100 generations.*batch of 150\) 4\.00: 25\.0 times/)
})
