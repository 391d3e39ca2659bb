import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { closedLoop } from '#src/measure/closed-loop.js'
import { LeanClient, postBytes } from '#src/measure/lean-client.js'
import { type LoadOptions, load } from '#src/measure/load.js'
import { openLoop } from '#src/measure/open-loop.js'
import { Random } from '#src/neat/random.js'

const random = new Random(1)
const uniform = () => random.next()

async function listen(t: ExecutionContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  t.teardown(() => server.close().closeAllConnections())
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Answers /infer as our server does, one output a row; tells its one model's shape. */
const endpoint: RequestListener = (request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    if (request.url === '/v2/repository/index') response.end('[{"name":"m"}]')
    else if (request.url === '/v2/models/m') {
      response.end('{"inputs":[{"name":"inputs","shape":[-1,3]}]}')
    } else {
      const { inputs } = JSON.parse(body) as { inputs: number[][] }
      const outputs = inputs.map((row) => [row.length])
      response.end(JSON.stringify({ outputs }))
    }
  })
}

const options: Omit<LoadOptions, 'url'> = {
  rows: 2,
  seconds: 0.2,
  seed: 1,
  signal: new AbortController().signal,
}

test('a closed loop keeps so many calls under way, and no more', async (t) => {
  let underWay = 0
  let most = 0
  const done = await closedLoop(
    4,
    50,
    async () => {
      most = Math.max(most, ++underWay)
      await new Promise((resolve) => setTimeout(resolve, 2))
      underWay--
    },
    () => {},
  )
  t.is(most, 4)
  t.true(done.calls >= 4)
  t.is(underWay, 0)
})

test('an open loop counts the wait behind a stall in every call that it delays', async (t) => {
  let calls = 0
  const { latencies, calls: sent } = await openLoop(
    async () => {
      // One call holds the whole thread for 100 ms, as a stall of client or server would.
      if (++calls === 10) {
        const until = performance.now() + 100
        while (performance.now() < until);
      }
      return true
    },
    { rate: 500, milliseconds: 300, arrivals: 'constant', random: uniform },
  )
  t.is(sent, 150)
  t.is(latencies.samples, 150)
  const delayed = latencies.histogram.getValueAtPercentile(75) / 1e6
  t.true(latencies.max > 90e6)
  t.true(delayed > 5, `a quarter of the calls were due during the stall; p75 is ${delayed} ms`)
})

test('Poisson arrivals come at the rate asked for, repeatably', async (t) => {
  const run = () => {
    const seeded = new Random(9)
    return openLoop(async () => true, {
      rate: 2000,
      milliseconds: 200,
      arrivals: 'poisson',
      random: () => seeded.next(),
    })
  }
  const { calls } = await run()
  t.true(calls > 320 && calls < 480, `${calls} calls of about 400`)
  t.is((await run()).calls, calls)
})

test('a failure of a call ends an open loop', async (t) => {
  const failing = openLoop(() => Promise.reject(new Error('refused')), {
    rate: 100,
    milliseconds: 5000,
    arrivals: 'constant',
    random: uniform,
  })
  await t.throwsAsync(failing, { message: 'refused' })
})

test('load learns the length of a row, and counts rows', async (t) => {
  const url = await listen(t, endpoint)
  const closed = await load({ ...options, url, concurrency: 3 })
  t.like(closed, { loop: 'closed', concurrency: 3, inputs: 3, errors: 0, shed: 0, rate: null })
  t.true(closed.requests > 0)
  t.is(closed.rowsPerSecond, 2 * closed.requestsPerSecond)
  const open = await load({ ...options, url: `${url}/infer`, rate: 200 })
  t.like(open, { loop: 'open', rate: 200, errors: 0, concurrency: null })
})

test('failed requests are counted, with the first reason', async (t) => {
  let requests = 0
  const url = await listen(t, (request, response) => {
    // The check before the load asks 64 bodies.
    if (++requests > 65) response.statusCode = 429
    endpoint(request, response)
  })
  const result = await load({ ...options, url, inputs: 3, concurrency: 1 })
  t.true(result.errors > 0)
  t.regex(result.firstError!, /answers 429/)
})

test('an endpoint that cannot be measured is an error before anything is', async (t) => {
  await t.throwsAsync(load({ ...options, url: 'http://127.0.0.1:9', inputs: 1 }), {
    code: 'SERVER_UNREACHABLE',
  })
  const url = await listen(t, (_, response) => response.end('{"outputs":[[1]]}'))
  await t.throwsAsync(load({ ...options, url, inputs: 3 }), { code: 'RESPONSE_INVALID' })
  await t.throwsAsync(load({ ...options, url }), { code: 'USAGE' })
  const page = await listen(t, (_, response) => response.end('<p>Not what you are looking for</p>'))
  await t.throwsAsync(load({ ...options, url: page }), { code: 'USAGE', message: /--inputs/ })
  await t.throwsAsync(load({ ...options, url: 'unix:/run/server.sock' }), {
    code: 'USAGE',
    message: /http:/,
  })
})

test('the lean client reads answers whole: in pieces, in chunks, after a close', async (t) => {
  let turn = 0
  const url = await listen(t, (_, response) => {
    turn++
    if (turn === 1) {
      response.setHeader('content-length', 6)
      response.write('abc')
      setTimeout(() => response.end('def'), 20)
    } else if (turn === 2) {
      response.write('abc')
      setTimeout(() => response.end('def'), 20)
    } else {
      response.setHeader('connection', 'close')
      response.end('bye')
    }
  })
  const client = new LeanClient(url, 1)
  t.teardown(() => client.close())
  const request = postBytes(url, '/', '{}')
  t.is((await client.send(request)).body.toString(), 'abcdef')
  t.regex((await client.send(request)).body.toString(), /abc.*def.*0\r\n\r\n$/s)
  t.is((await client.send(request)).body.toString(), 'bye')
  t.is((await client.send(request)).body.toString(), 'bye')
})

test('the lean client has one request in flight on each connection', async (t) => {
  let underWay = 0
  let most = 0
  const url = await listen(t, (_, response) => {
    most = Math.max(most, ++underWay)
    setTimeout(() => {
      underWay--
      response.end('ok')
    }, 5)
  })
  const client = new LeanClient(url, 2)
  t.teardown(() => client.close())
  const replies = await Promise.all(
    Array.from({ length: 9 }, () => client.send(postBytes(url, '/', '{}'))),
  )
  t.true(replies.every(({ status }) => status === 200))
  t.is(most, 2)
})

test('a model that the server does not have is MODEL_NOT_FOUND, by its name', async (t) => {
  const url = await listen(t, (_request, response) => {
    response.statusCode = 404
    response.end('{"error":"No model nope; loaded: m."}')
  })
  for (const inputs of [undefined, 3]) {
    await t.throwsAsync(load({ ...options, url: `${url}/v2/models/nope/infer`, inputs }), {
      code: 'MODEL_NOT_FOUND',
      message: /loaded: m.*"nope"/,
    })
  }
})
