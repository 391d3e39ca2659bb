import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import hdr from 'hdr-histogram-js'
import { LatencyLog } from '#src/brain/latency-log.js'
import { Recorder } from '#src/brain/recorder.js'

const folder = mkdtempSync(join(tmpdir(), 'neatron-latency-log-'))
test.after.always(() => rmSync(folder, { recursive: true }))

/** A generation of one call of `rows` rows. */
function generation(rows: number, ns: number) {
  const recorder = new Recorder()
  recorder.asked(rows)
  recorder.answered(rows, ns)
  return recorder.takeGeneration()
}

function histograms(path: string) {
  const reader = new hdr.HistogramLogReader(readFileSync(path, 'utf8'))
  const all: hdr.Histogram[] = []
  for (
    let next = reader.nextIntervalHistogram();
    next !== null;
    next = reader.nextIntervalHistogram()
  ) {
    all.push(next)
  }
  return all
}

test('a standard reader finds both histograms of each generation', (t) => {
  const path = join(folder, 'read.hlog')
  const log = LatencyLog.create(path)
  log.append(0, generation(4, 8000))
  log.append(1, generation(2, 5_000_000_000))
  const all = histograms(path)
  t.deepEqual(
    all.map(({ tag, totalCount }) => [tag, totalCount]),
    [
      ['call', 1],
      ['row', 4],
      ['call', 1],
      ['row', 2],
    ],
  )
  t.is(all[0].getValueAtPercentile(50), 8003)
  t.true(Math.abs(all[3].maxValue / 2.5e9 - 1) < 1e-3)
  t.true(all[0].startTimeStampMsec > Date.parse('2024-01-01'))
  t.regex(
    readFileSync(path, 'utf8'),
    /^#.*\n#\[Histogram log format version 1\.3\]\n#\[StartTime: \d+\.\d{3} \(seconds since epoch\)/,
  )
})

test('a generation without inference has its comment and no histogram', (t) => {
  const path = join(folder, 'empty.hlog')
  const log = LatencyLog.create(path)
  log.append(0, new Recorder().takeGeneration())
  log.append(1, generation(1, 10))
  t.is(histograms(path).length, 2)
})

test('resuming cuts back to the generation, and what a crash left', (t) => {
  const path = join(folder, 'resume.hlog')
  const log = LatencyLog.create(path)
  const sizes: string[] = []
  for (let n = 0; n < 12; n++) {
    sizes.push(readFileSync(path, 'utf8'))
    log.append(n, generation(n + 1, 1000))
  }
  for (const torn of ['', '#[Gener', '#[Generation: 12]\nTag=call,12', '#[Generation: 1']) {
    appendFileSync(path, torn)
    LatencyLog.resume(path, 12)
    t.is(histograms(path).length, 24, torn)
  }
  LatencyLog.resume(path, 10).append(10, generation(7, 1000))
  t.is(histograms(path).at(-1)?.totalCount, 7)
  t.is(histograms(path).length, 22)
  LatencyLog.resume(path, 2)
  t.is(readFileSync(path, 'utf8'), sizes[2])
  LatencyLog.resume(path, 0)
  t.is(readFileSync(path, 'utf8'), sizes[0])
})

test('resuming without a log begins one', (t) => {
  const path = join(folder, 'none.hlog')
  LatencyLog.resume(path, 3).append(3, generation(1, 1))
  t.is(histograms(path).length, 2)
})

test('a log that cannot be written is CHECKPOINT_WRITE', (t) => {
  const gone = join(folder, 'gone')
  t.throws(() => LatencyLog.create(join(gone, 'x.hlog')), { code: 'CHECKPOINT_WRITE' })
  mkdirSync(gone)
  const log = LatencyLog.create(join(gone, 'x.hlog'))
  rmSync(gone, { recursive: true })
  t.throws(() => log.append(0, generation(1, 1)), {
    code: 'CHECKPOINT_WRITE',
    message: /x\.hlog.*Make room or give access, then resume/,
  })
})
