import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { genomes, json, loadedOnFaulty, type Misbehave, zeros } from './_faulty-server.js'

/** Counts the sockets that a server sees: all, and the most open at once. */
function watchSockets({ server }: Awaited<ReturnType<typeof loadedOnFaulty>>) {
  const seen = new Set<Socket>()
  const sockets = { opened: 0, open: 0, most: 0 }
  server.on('connection', (socket) => {
    sockets.opened += 1
    sockets.open += 1
    sockets.most = Math.max(sockets.most, sockets.open)
    seen.add(socket)
    socket.once('close', () => {
      sockets.open -= 1
    })
  })
  return sockets
}

const answer: Misbehave = async (response, received) => {
  await sleep(1)
  json(response, zeros(received))
}

for (const concurrency of [1, 7]) {
  test(`1,000 rows at once take ${concurrency} kept-alive connections`, async (t) => {
    const faulty = await loadedOnFaulty(t, answer, { concurrency })
    const sockets = watchSockets(faulty)
    await Promise.all(Array.from({ length: 1000 }, (_, n) => faulty.brain.infer([n, n])))
    // One was there before, since the load.
    t.is(sockets.opened, concurrency - 1)
    t.is(faulty.inferences(), 1000)
  })
}

test('a load and ticks use the same connection', async (t) => {
  const faulty = await loadedOnFaulty(t, answer, { batch: 100 })
  const sockets = watchSockets(faulty)
  for (let generation = 0; generation < 5; generation++) {
    await faulty.brain.load(genomes)
    const rows = 250
    const inputs = new Float32Array(2 * rows)
    await faulty.brain.feedForwardRows(new Uint32Array(rows), inputs, new Float32Array(rows), rows)
  }
  t.is(sockets.opened, 0)
  t.is(faulty.inferences(), 15)
})

test('connections that break are replaced, never more than the bound at once', async (t) => {
  const faulty = await loadedOnFaulty(
    t,
    (response, received, nth) => {
      if (nth % 5 === 4) response.socket?.resetAndDestroy()
      else answer(response, received, nth)
    },
    { concurrency: 4, retry: { attempts: 20, baseMs: 1, capMs: 2 } },
  )
  const sockets = watchSockets(faulty)
  await Promise.all(Array.from({ length: 300 }, (_, n) => faulty.brain.infer([n, n])))
  t.true(sockets.opened > 4)
  t.true(sockets.most <= 4, `${sockets.most} at once`)
})

test('a server that closes after each answer is not a failure', async (t) => {
  const faulty = await loadedOnFaulty(t, (response, received) => {
    response.setHeader('connection', 'close')
    json(response, zeros(received))
  })
  const sockets = watchSockets(faulty)
  await Promise.all(Array.from({ length: 20 }, (_, n) => faulty.brain.infer([n, n])))
  t.true(sockets.opened >= 19)
  t.is(sockets.most, 1)
  t.is(faulty.brain.stats().retries, 0)
})
