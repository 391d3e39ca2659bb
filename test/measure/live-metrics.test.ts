import test from 'ava'
import type { Contender } from '#src/measure/contender.js'
import { Latencies } from '#src/measure/latencies.js'
import { LiveMetrics } from '#src/measure/live-metrics.js'
import type { Round } from '#src/measure/rounds.js'

const contender = { name: 'http-batch-8', rowsPerCall: 8 } as Contender

function round(callsPerSample: number, ns: readonly number[]): Round {
  const latencies = new Latencies(callsPerSample)
  for (const value of ns) latencies.record(value)
  return { latencies, calls: ns.length, seconds: 1, startedAt: 0, endedAt: 1 }
}

/** The samples of a scrape, by name and labels. */
async function scrape(url: string): Promise<Map<string, number>> {
  const response = await fetch(url)
  const text = await response.text()
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

test('a scrape has the latencies of all rounds so far as a histogram, and the rows', async (t) => {
  const live = await LiveMetrics.listen(0)
  t.teardown(() => live.close())
  live.record(contender, round(1, [150_000, 240_000]))
  live.record(contender, round(1, [300_000_000]))
  const samples = await scrape(live.url)
  const bucket = (bound: string) =>
    samples.get(`neatron_call_seconds_bucket{le="${bound}",contender="http-batch-8"}`)
  t.is(bucket('0.0001'), 0)
  t.is(bucket('0.00025'), 2)
  t.is(bucket('0.1'), 2)
  t.is(bucket('0.5'), 3)
  t.is(bucket('+Inf'), 3)
  t.is(samples.get('neatron_call_seconds_count{contender="http-batch-8"}'), 3)
  const sum = samples.get('neatron_call_seconds_sum{contender="http-batch-8"}')!
  t.true(Math.abs(sum - 0.30039) < 0.001)
  t.is(samples.get('neatron_rows_total{contender="http-batch-8"}'), 24)
})

test('samples of several calls count as so many calls', async (t) => {
  const live = await LiveMetrics.listen(0)
  t.teardown(() => live.close())
  live.record({ ...contender, rowsPerCall: 1 }, round(20, [2000, 2000]))
  const samples = await scrape(live.url)
  t.is(samples.get('neatron_call_seconds_bucket{le="1e-7",contender="http-batch-8"}'), 40)
  t.is(samples.get('neatron_rows_total{contender="http-batch-8"}'), 40)
})

test('latencies that someone follows are those of the moment', async (t) => {
  const live = await LiveMetrics.listen(0)
  t.teardown(() => live.close())
  const latencies = new Latencies()
  live.follow('load', 1, latencies)
  latencies.record(1000)
  t.is((await scrape(live.url)).get('neatron_rows_total{contender="load"}'), 1)
  latencies.record(1000)
  t.is((await scrape(live.url)).get('neatron_rows_total{contender="load"}'), 2)
})

test('the client is watched, and any process that is named', async (t) => {
  const live = await LiveMetrics.listen(0)
  t.teardown(() => live.close())
  live.watch('server', () => process.ppid)
  live.watch('gone', () => null)
  const names = [...(await scrape(live.url)).keys()]
  t.true(names.some((name) => name.startsWith('neatron_event_loop_delay_seconds{quantile="0.99"}')))
  t.true(names.includes('neatron_gc_seconds_total'))
  if (process.platform !== 'linux') return
  for (const who of ['client', 'server']) {
    t.true(names.includes(`neatron_resident_bytes{process="${who}"}`))
    t.true(names.includes(`neatron_context_switches_total{process="${who}"}`))
    t.true(
      names.some((name) =>
        name.startsWith(`neatron_cpu_seconds_total{process="${who}",thread="main"`),
      ),
    )
  }
  t.false(names.some((name) => name.includes('gone')))
  t.true(names.includes('neatron_loopback_bytes_total'))
})

test('a port that is taken is wrong usage; other paths are not found', async (t) => {
  const live = await LiveMetrics.listen(0)
  t.teardown(() => live.close())
  await t.throwsAsync(LiveMetrics.listen(Number(new URL(live.url).port)), { code: 'USAGE' })
  t.is((await fetch(new URL('/', live.url))).status, 404)
})
