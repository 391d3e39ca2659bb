import { spawnSync } from 'node:child_process'
import test from 'ava'
import { exportOnnx } from '#src/onnx/export.js'
import { type Client, smallGenome, someRows, start } from './harness.js'

const models = [{ name: 'm', genome: smallGenome() }]

async function text(server: Client): Promise<string> {
  return (await server.get('/metrics')).bytes.toString()
}

interface Family {
  readonly type: string
  readonly help: string
  readonly samples: { name: string; labels: string; value: number }[]
}

/** Reads Prometheus' text format: each family with HELP and TYPE before its samples. */
function families(metrics: string): Map<string, Family> {
  const found = new Map<string, Family>()
  let help = ''
  let current: Family | undefined
  for (const line of metrics.split('\n').filter(Boolean)) {
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (kind === 'HELP') help = rest
    else if (kind === 'TYPE') {
      if (found.has(name)) throw new Error(`${name} is declared twice`)
      current = { type: rest, help, samples: [] }
      found.set(name, current)
    } else {
      const sample = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line)
      if (sample === null || current === undefined) throw new Error(`not a sample: ${line}`)
      current.samples.push({ name: sample[1], labels: sample[2] ?? '', value: Number(sample[3]) })
    }
  }
  return found
}

/** Units that are to be given in their base: https://prometheus.io/docs/practices/naming */
const UNITS = /_(?:ms|us|ns|milliseconds|microseconds|nanoseconds|minutes|kb|mb|mib|percent)(?:_|$)/

test('names and types follow the conventions of Prometheus', async (t) => {
  const server = await start(t, { models })
  await server.post('/infer', { inputs: someRows(3) })
  await server.post('/infer', {})
  const found = families(await text(server))
  t.true(found.size > 10)
  for (const [name, { type, help, samples }] of found) {
    t.regex(name, /^(neatron|process|nodejs)_[a-z0-9_]+$/)
    t.notRegex(name, UNITS)
    t.notRegex(name, /_(count|sum|bucket|info|gauge|counter|histogram)$/, name)
    t.is(name.endsWith('_total'), type === 'counter', name)
    t.true(help.length > 5 && ['counter', 'gauge', 'histogram'].includes(type), name)
    t.true(samples.length > 0, name)
    const suffix = type === 'histogram' ? '_(bucket|sum|count)' : ''
    for (const { name: sample, value } of samples) {
      t.regex(sample, new RegExp(`^${name}${suffix}$`))
      t.true(Number.isFinite(value), sample)
    }
  }
  const { samples } = found.get('neatron_infer_duration_seconds')!
  const buckets = samples.filter(({ name }) => name.endsWith('_bucket'))
  t.true(buckets.every(({ value }, at) => at === 0 || value >= buckets[at - 1].value))
  t.regex(buckets.at(-1)!.labels, /le="\+Inf"/)
  t.is(buckets.at(-1)!.value, samples.find(({ name }) => name.endsWith('_count'))!.value)
})

test("Prometheus' own linter has nothing to say", async (t) => {
  const server = await start(t, { models })
  await server.post('/infer', { inputs: someRows(3) })
  const input = await text(server)
  const { status, error, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input })
  if (error !== undefined) {
    t.log('skipped: no promtool (apt install prometheus)')
    t.pass()
    return
  }
  t.is(`${stdout}${stderr}`, '')
  t.is(status, 0)
})

test('every reason for which a request can be refused has its series from the start', async (t) => {
  const server = await start(t)
  const { samples } = families(await text(server)).get('neatron_rejected_requests_total')!
  t.true(samples.length > 15)
  t.true(samples.every(({ value }) => value === 0))
})

test('clients cannot make series: models that there are not leave no trace', async (t) => {
  const server = await start(t, { models, allowLoad: true })
  const lines = async () => (await text(server)).split('\n').length
  const before = await lines()
  for (let name = 0; name < 50; name += 1) {
    await server.post('/infer', { inputs: someRows(1), model: `secret${name}` })
    await server.post(`/v2/models/secret${name}/infer`, {})
    await server.get(`/v2/models/secret${name}/stats`)
    await server.get(`/secret${name}`)
    const parameters = { 'file:1/model.onnx': 'AAAA' }
    await server.post(`/v2/repository/models/secret${name}/load`, { parameters })
  }
  t.is(await lines(), before)
  t.notRegex(await text(server), /secret/)
})

test('an unloaded model takes its series along', async (t) => {
  const server = await start(t, { allowLoad: true })
  const before = await text(server)
  const file = Buffer.from(exportOnnx(smallGenome())).toString('base64')
  await server.post('/v2/repository/models/x/load', { parameters: { 'file:1/model.onnx': file } })
  t.regex(await text(server), /model="x"/)
  await server.post('/v2/repository/models/x/unload', {})
  t.is((await text(server)).split('\n').length, before.split('\n').length)
})
