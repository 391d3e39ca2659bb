import { readFile } from 'node:fs/promises'
import test from 'ava'
import { smallGenome, someRows, start } from '../serve/harness.js'

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[]
}

test('every query of the dashboard asks for metrics that the server has', async (t) => {
  const server = await start(t, { models: [{ name: 'm', genome: smallGenome() }] })
  await server.post('/infer', { inputs: someRows(1) })
  await server.post('/infer', {})
  const metrics = (await server.get('/metrics')).bytes.toString()
  const { panels } = JSON.parse(
    await readFile('services/grafana/dashboard.json', 'utf8'),
  ) as Dashboard
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  t.true(queries.length > 8)
  for (const query of queries) {
    const names = query.match(/\b(neatron|process|nodejs)_\w+/g) ?? []
    t.true(names.length > 0, query)
    for (const name of names) t.regex(metrics, new RegExp(`^${name}[{ ]`, 'm'), query)
  }
})
