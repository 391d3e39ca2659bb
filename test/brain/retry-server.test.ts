import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import type { NeatronError } from '#src/errors.js'
import { genomes, json, loadedOnFaulty, zeros } from './_faulty-server.js'

test('Retry-After is waited for, in seconds', async (t) => {
  const times: number[] = []
  const { brain } = await loadedOnFaulty(t, (response, received, nth) => {
    times.push(performance.now())
    if (nth > 0) json(response, zeros(received))
    else json(response.setHeader('retry-after', '1'), { error: 'busy' }, 503)
  })
  await brain.infer([1, 2])
  t.true(times[1] - times[0] >= 990)
})

test('Retry-After is waited for, as a date', async (t) => {
  const times: number[] = []
  let until = 0
  const { brain } = await loadedOnFaulty(t, (response, received, nth) => {
    times.push(Date.now())
    if (nth > 0) return json(response, zeros(received))
    // Dates have whole seconds.
    until = Math.ceil(Date.now() / 1000) * 1000 + 1000
    json(response.setHeader('retry-after', new Date(until).toUTCString()), {}, 429)
  })
  await brain.infer([1, 2])
  t.is(times.length, 2)
  t.true(times[1] >= until - 2)
})

for (const value of ['soon', '', '-1', new Date(0).toUTCString()]) {
  test(`a Retry-After of "${value}" asks for nothing`, async (t) => {
    const { brain, inferences } = await loadedOnFaulty(t, (response, received, nth) => {
      if (nth > 0) json(response, zeros(received))
      else json(response.setHeader('retry-after', value), {}, 503)
    })
    await brain.infer([1, 2])
    t.is(inferences(), 2)
  })
}

test('a Retry-After beyond the deadline is not waited for', async (t) => {
  for (const value of ['1000', new Date(Date.now() + 1e6).toUTCString()]) {
    const { brain, inferences } = await loadedOnFaulty(t, (response) =>
      json(response.setHeader('retry-after', value), {}, 503),
    )
    await t.throwsAsync(brain.infer([1, 2]), { code: 'SERVER_BUSY' })
    t.is(inferences(), 1)
  }
})

test('the deadline bounds everything: waits, attempts, and a body that drips', async (t) => {
  const { brain, inferences } = await loadedOnFaulty(
    t,
    (response, _, nth) => {
      if (nth < 2) return json(response, { error: 'busy' }, 503)
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 10)
      response.on('close', () => clearInterval(drip))
    },
    { timeoutMs: 60_000, retry: { baseMs: 1, deadlineMs: 1500 } },
  )
  const began = performance.now()
  const error = await t.throwsAsync<NeatronError>(brain.infer([1, 2]), { code: 'REQUEST_TIMEOUT' })
  const ms = performance.now() - began
  t.regex(error.message, /3 attempts in \d+ ms/)
  t.is(inferences(), 3)
  // Far from timeoutMs, however slow this machine is.
  t.true(ms > 1490 && ms < 20_000)
})

test('a timeoutMs beyond the default deadline is not cut short by it', async (t) => {
  const { brain, inferences } = await loadedOnFaulty(
    t,
    (response, received, nth) => {
      if (nth > 0) json(response, zeros(received))
      // After the default deadline of 30 s, but within this one.
      else json(response.setHeader('retry-after', '31'), {}, 503)
    },
    { timeoutMs: 40_000 },
  )
  const abort = new AbortController()
  const row = brain.infer([1, 2], 0, { signal: abort.signal })
  while (inferences() === 0) await sleep(1)
  await sleep(100)
  abort.abort(new Error('it waits for the server'))
  await t.throwsAsync(row, { message: 'it waits for the server' })
  t.is(inferences(), 1)
})

test('what is aborted while it waits to be made again is not made again', async (t) => {
  const { brain, inferences } = await loadedOnFaulty(t, (response) =>
    json(response.setHeader('retry-after', '1'), { error: 'busy' }, 503),
  )
  const abort = new AbortController()
  const row = brain.infer([1, 2], 0, { signal: abort.signal })
  while (inferences() === 0) await sleep(1)
  await sleep(20)
  abort.abort(new Error('enough'))
  await t.throwsAsync(row, { message: 'enough' })
  await sleep(1300)
  t.is(inferences(), 1)
})

test('loading is never repeated, whatever fails', async (t) => {
  for (const fail of [503, 429, 'reset'] as const) {
    let loads = 0
    const server = await loadedOnFaulty(t, () => undefined)
    server.onOther((response, { path }) => {
      if (path.endsWith('/load')) loads += 1
      if (fail === 'reset') response.socket?.resetAndDestroy()
      else json(response, { error: 'no' }, fail)
    })
    await t.throwsAsync(async () => server.brain.load(genomes))
    t.is(loads, 1, String(fail))
  }
})

test('a server that fails everything is asked as often as attempts say, no more at once than connections', async (t) => {
  const ROWS = 40
  let now = 0
  let most = 0
  const { brain, inferences } = await loadedOnFaulty(
    t,
    async (response) => {
      most = Math.max(most, ++now)
      await sleep(1)
      now -= 1
      json(response, { error: 'busy' }, 503)
    },
    { concurrency: 4, retry: { attempts: 3, baseMs: 1, capMs: 2 } },
  )
  const rows = await Promise.allSettled(Array.from({ length: ROWS }, () => brain.infer([1, 2])))
  t.true(rows.every(({ status }) => status === 'rejected'))
  t.is(inferences(), 3 * ROWS)
  t.is(most, 4)
  t.like(brain.stats(), { rows: ROWS, inferCount: 0, requests: ROWS, retries: 2 * ROWS })
})

test('a server that is ready but busy is not made to load its population again and again', async (t) => {
  const { brain, received } = await loadedOnFaulty(
    t,
    (response, request, nth) => {
      if (nth < 4) json(response, { error: 'busy' }, 429)
      else json(response, zeros(request))
    },
    { waitForServerMs: 20_000, retry: { attempts: 2, baseMs: 1 } },
  )
  t.deepEqual(await brain.infer([1, 2]), new Float32Array(1))
  t.is(received.filter(({ path }) => path.endsWith('/load')).length, 1)
})

test('waiting for a server goes on while it accepts connections but does not answer yet', async (t) => {
  let probes = 0
  const server = await loadedOnFaulty(
    t,
    (response, request, nth) => {
      if (nth === 0) response.socket?.resetAndDestroy()
      else json(response, zeros(request))
    },
    { waitForServerMs: 30_000, retry: { attempts: 1 } },
  )
  server.onOther((response, { path }) => {
    // The first probe runs into its timeout.
    if (path === '/v2/health/ready' && probes++ === 0) return
    response.end('{}')
  })
  t.deepEqual(await server.brain.infer([1, 2]), new Float32Array(1))
  t.is(probes, 2)
})
