import { readFile } from 'node:fs/promises'
import test from 'ava'
import { smallGenome, someRows, start } from '../serve/harness.js'

test('the dashboard asks for metrics that the server has', async (t) => {
  const server = await start(t, { models: [{ name: 'm', genome: smallGenome() }] })
  await server.post('/infer', { inputs: someRows(1) })
  await server.post('/infer', {})
  const metrics = (await server.get('/metrics')).bytes.toString()
  const dashboard = await readFile('services/grafana/dashboard.json', 'utf8')
  const names = new Set(dashboard.match(/neatron_\w+/g))
  t.true(names.size > 8)
  for (const name of names) t.true(metrics.includes(`\n${name}`), name)
})
