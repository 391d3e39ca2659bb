import { Value } from '@sinclair/typebox/value'
import test from 'ava'
import { HistogramLogReader } from 'hdr-histogram-js'
import { runBench } from '#src/measure/bench.js'
import type { BenchPlan } from '#src/measure/plan.js'
import { ReportSchema } from '#src/measure/report-schema.js'
import { startServer } from '#src/serve/child.js'

/** Everything once, as short as it can be: figures are not looked at, only that they add up. */
const plan: BenchPlan = {
  warmUpMs: 10,
  rounds: { inProcessMs: 1, remoteMs: 5, roundsPerWindow: 1, minWindows: 3, maxWindows: 3 },
  traceRows: 64,
  batches: [8],
  population: 20,
  generations: 2,
  trainingRows: 1000,
  trainingSeconds: 0,
  ladder: { milliseconds: 50, calls: 20, rows: 8 },
  expected: 'no time',
}

const token = 'a-token-of-some-length'

const progress = { stage: () => {}, step: () => {} }

const options = {
  ...{ plan, progress, quick: true, seed: 3, command: 'test', urls: [], python: false },
  signal: new AbortController().signal,
}

/** What a server can be asked for. */
async function modelsOf(url: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` }
  const init = { method: 'POST', headers, body: '{"ready":true}' }
  return (await fetch(`${url}/v2/repository/index`, init)).json()
}

test.serial(
  'a run in every mode: outputs equal, rows accounted for, a report by its schema',
  async (t) => {
    const other = await startServer({ allowLoad: true, token })
    t.teardown(() => other.close())
    const { report, logs } = (await runBench({
      ...options,
      token,
      urls: ['http://127.0.0.1:9', other.url],
    }))!
    t.deepEqual([...Value.Errors(ReportSchema, report)], [])
    t.false(report.interrupted)
    for (const { name, rows, invalid, rounds, verified } of report.measurements) {
      t.deepEqual(invalid, [], name)
      t.is(rows.asked, rows.answered, name)
      t.is(rows.asked, rows.inferCount, name)
      t.is(rounds, 3, name)
      t.true(verified.worst <= 1e-5 && verified.rows > 0, name)
    }
    const modes = new Set(report.measurements.map(({ mode }) => mode))
    t.deepEqual(modes, new Set(['native', 'in process', 'single', 'concurrent', 'batch']))
    t.deepEqual(
      report.training.map(({ batch }) => batch),
      [1, 1, 8, 20],
    )
    for (const { rows, invalid, http, batch } of report.training) {
      t.deepEqual(invalid, [])
      t.true(rows.asked > 0)
      if (http && batch === 1) t.is(http.requests, rows.asked)
    }
    t.deepEqual(
      report.skipped.map(({ name }) => name),
      ['http://127.0.0.1:9'],
    )
    t.true(report.measurements.some(({ name }) => name === 'url-2-http-batch-8-binary'))
    t.deepEqual(await modelsOf(other.url), [], 'the server is left as it was')
    t.is(logs.size, report.measurements.length)
    for (const [name, log] of logs) {
      const first = new HistogramLogReader(log).nextIntervalHistogram()
      t.true(first!.totalCount > 0, name)
    }
  },
)

test.serial('an abort in the middle gives a report of what there is', async (t) => {
  const interrupt = new AbortController()
  let steps = 0
  const counting = {
    stage: () => {},
    step: () => {
      if (++steps === 20) interrupt.abort()
    },
  }
  const result = await runBench({ ...options, progress: counting, signal: interrupt.signal })
  t.true(result!.report.interrupted)
  t.true(result!.report.measurements.every(({ rounds }) => rounds === 1))
  t.deepEqual(result!.report.training, [])
})

test.serial('an abort before anything is measured gives nothing', async (t) => {
  t.is(await runBench({ ...options, signal: AbortSignal.abort() }), null)
})
