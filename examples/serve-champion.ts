// Serves a genome over HTTP, as another program would ask it, and checks it against the native call.
//   npx tsx examples/serve-champion.ts
import { createServer, Genome } from 'neatron'

const genome = Genome.random({ inputs: 4, outputs: 1, hidden: 5, seed: 3 })
const server = await createServer({ port: 0, models: [{ name: 'champion', genome }] })
try {
  const rows = [
    [0.1, 0, -0.02, 0],
    [-0.3, 0.5, 0.01, 0.2],
  ]
  const response = await fetch(`${server.url}/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: rows }),
  })
  const { outputs } = (await response.json()) as { outputs: number[][] }
  for (const [index, row] of rows.entries()) {
    console.log(`remote ${outputs[index]}   native ${genome.feedForward(row)}`)
  }
  console.log(`server timing: ${response.headers.get('server-timing')}`)
} finally {
  await server.close()
}
