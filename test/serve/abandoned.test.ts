import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { request } from 'undici'
import { Genome } from '#src/genome/genome.js'
import { exportOnnx } from '#src/onnx/export.js'
import { LARGE_BYTES } from '#src/serve/large.js'
import { someRows, start } from './harness.js'

const ROWS = 4096

/** Several runs of it, in the model thread, take far longer than to close the server. */
const slow = Genome.random({ inputs: 3, outputs: 2, hidden: 150, connections: 1500, seed: 2 })
const model = exportOnnx(slow, { rounding: 'native', ids: ['x'.repeat(LARGE_BYTES)] })

test('a server that is stopped while it runs what nobody waits for any more leaves no thread', async (t) => {
  const server = await start(t, { models: [{ name: 'slow', model }], maxBatch: 512 })
  const waiting = async () => {
    const { bytes } = await server.get('/metrics')
    return Number(/^neatron_queue_bytes (\d+)$/m.exec(bytes.toString())?.[1])
  }
  const gone = new AbortController()
  const body = JSON.stringify({ inputs: someRows(ROWS) })
  const asked = request(`${server.url}/infer`, { method: 'POST', body, signal: gone.signal })
  const lost = asked.catch((error) => t.is(error.name, 'AbortError'))
  // Its rows, once they are read.
  while ((await waiting()) !== ROWS * 4 * (3 + 2));
  let started = 0
  const count = () => {
    started += 1
  }
  process.on('worker', count)
  t.teardown(() => process.off('worker', count))
  gone.abort()
  await lost
  await server.close()
  // A run that went on would soon begin the next.
  await sleep(100)
  t.is(started, 0)
})
