import { once } from 'node:events'
import test from 'ava'
import { exportOnnx } from '#src/onnx/export.js'
import { createServer } from '#src/serve/server.js'
import { encode, type Fields, modelWith } from '../onnx/protobuf.js'
import { type Client, smallGenome, someRows, start } from './harness.js'
import { connectRaw, sendRaw } from './raw.js'

const models = [{ name: 'm', genome: smallGenome() }]
const asked = { inputs: someRows(1) }

async function counted(server: Client, code: string): Promise<number> {
  const text = (await server.get('/metrics')).bytes.toString()
  return Number(new RegExp(`rejected_requests_total\\{code="${code}"\\} (\\d+)`).exec(text)?.[1])
}

test('without a token it answers to names of this machine only', async (t) => {
  const server = await start(t, { models })
  const json = { 'content-type': 'application/json' }
  for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:8000', '127.1.2.3', '[::1]:8000']) {
    t.is((await server.post('/infer', asked, { host })).status, 200, host)
    t.is((await server.post('/infer', asked, { host, ...json })).status, 200, host)
  }
  const strangers = ['example.org', 'localhost.example.org:8000', '127.0.0.1.example.org', '[::2]']
  for (const host of [...strangers, '10.0.0.1:8000', 'localhost:80:80', '']) {
    for (const path of ['/metrics', '/v2', '/v2/health/live']) {
      const reply = await server.get(path, { host })
      t.is(reply.status, 421, host)
      t.is(reply.json.code, 'HOST_REFUSED')
    }
    t.is((await server.post('/infer', asked, { host })).status, 421)
    t.is((await server.post('/infer', asked, { host, ...json })).status, 421)
  }
  // HTTP/1.0 has no Host, and no browser speaks it.
  t.regex(await sendRaw(server.url, 'GET /v2/health/live HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200/)
})

test('with a token it answers to any name, since a web page does not know the token', async (t) => {
  const token = 'a-token-of-some-length'
  const server = await start(t, { models, token })
  const headers = { host: 'models.example.org', origin: 'https://example.org' }
  const json = { 'content-type': 'application/json' }
  t.is((await server.post('/infer', asked, headers)).status, 401)
  t.is((await server.post('/infer', asked, { ...headers, ...json })).status, 401)
  const authorization = `Bearer ${token}`
  t.is((await server.post('/infer', asked, { ...headers, authorization })).status, 200)
})

test('a web page cannot make a browser post to a server without a token', async (t) => {
  const server = await start(t, { models, allowLoad: true })
  for (const origin of ['https://example.org', 'http://localhost:3000', 'null']) {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
      const headers = { origin, 'content-type': type }
      for (const path of ['/infer', '/v2/models/m/infer', '/v2/repository/models/m/load']) {
        const reply = await server.post(path, asked, headers)
        t.is(reply.status, 403)
        t.is(reply.json.code, 'ORIGIN_REFUSED')
      }
    }
  }
  // What is no browser says no origin, whatever it calls its body: curl -d, fetch in Node.
  for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
    t.is((await server.post('/infer', asked, { 'content-type': type })).status, 200)
  }
})

test('a method that an address does not take gets 405 and what it takes', async (t) => {
  const server = await start(t, { models, allowLoad: true })
  const wrong: readonly [request: string, allow: RegExp][] = [
    ['GET /infer', /^POST$/],
    ['PUT /infer', /^POST$/],
    ['OPTIONS /infer', /^POST$/],
    ['POST /metrics', /^GET, HEAD$/],
    ['DELETE /v2/models/m', /^GET, HEAD$/],
    ['GET /v2/models/m/infer', /^POST$/],
    ['GET /v2/models/m/versions/1/infer', /^POST$/],
    ['GET /v2/repository/index', /^POST$/],
    ['PATCH /v2/repository/models/m/load', /^POST$/],
    ['POST /v2', /^GET, HEAD$/],
  ]
  for (const [request, allow] of wrong) {
    const answer = await sendRaw(
      server.url,
      `${request} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`,
    )
    t.regex(answer, /^HTTP\/1\.1 405 /, request)
    t.regex(/^allow: (.*)\r$/m.exec(answer)?.[1] ?? '', allow, request)
  }
  t.is(await counted(server, 'METHOD_NOT_ALLOWED'), wrong.length)
  const head = await sendRaw(
    server.url,
    'HEAD /v2/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n',
  )
  t.regex(head, /^HTTP\/1\.1 200 /)
})

test('an encoded body is refused before any of it is read', async (t) => {
  const server = await start(t, { models })
  for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'gzip, identity']) {
    const answer = await sendRaw(
      server.url,
      `POST /infer HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: ${encoding}\r\nContent-Length: 1000000\r\n\r\n`,
    )
    t.regex(answer, /^HTTP\/1\.1 415 /)
  }
  t.is((await server.post('/infer', asked, { 'content-encoding': 'identity' })).status, 200)
})

test('headers over 16 KiB get 431', async (t) => {
  const server = await start(t, { models })
  const header = `X-Long: ${'x'.repeat(20_000)}`
  const answer = await sendRaw(
    server.url,
    `GET /v2 HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`,
  )
  t.regex(answer, /^HTTP\/1\.1 431 .*HEADERS_TOO_LARGE/s)
  t.is(await counted(server, 'HEADERS_TOO_LARGE'), 1)
})

/** What a slow client has sent when it falls silent, or goes on byte by byte. */
const slow = {
  'in its headers': 'POST /infer HTTP/1.1\r\nHost: localhost\r\nX-A: b',
  'in its body': 'POST /infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"inputs"',
  'in its JSON':
    'POST /infer HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"inputs"',
}

for (const [where, begun] of Object.entries(slow)) {
  test(`a client that is slow ${where} is hung up on, and holds up no other`, async (t) => {
    const server = await start(t, { models, receiveTimeoutMs: 300 })
    const { socket, until } = connectRaw(server.url)
    socket.write(begun)
    const drip = setInterval(() => socket.write('x'), 50)
    t.teardown(() => clearInterval(drip))
    t.is((await server.post('/infer', asked)).status, 200)
    t.regex(await until(/\r\n\r\n.*\}/s), /^HTTP\/1\.1 408 .*REQUEST_TIMEOUT/s)
    // Nothing matches, so this waits for the end.
    await until(/$^/)
    t.is((await server.post('/infer', asked)).status, 200)
    t.regex((await server.get('/metrics')).bytes.toString(), /^neatron_queue_bytes 0$/m)
  })
}

test('a body that breaks off is no fault of the server, and leaves nothing behind', async (t) => {
  const server = await start(t, { models })
  const types = ['', 'Content-Type: application/json\r\n']
  for (let count = 0; count < 20; count += 1) {
    const { socket } = connectRaw(server.url)
    await once(socket, 'connect')
    const head = `POST /infer HTTP/1.1\r\nHost: localhost\r\n${types[count % 2]}Content-Length: 1000`
    socket.write(`${head}\r\n\r\n${'x'.repeat(500)}`)
    socket.destroy()
  }
  const end = performance.now() + 10_000
  while ((await counted(server, 'BODY_INVALID')) < 20 && performance.now() < end);
  t.is(await counted(server, 'BODY_INVALID'), 20)
  t.is(await counted(server, 'INTERNAL'), 0)
  t.regex((await server.get('/metrics')).bytes.toString(), /^neatron_queue_bytes 0$/m)
})

test('lengths that lie get 400, and no request hides in another', async (t) => {
  const server = await start(t, { models })
  const hidden = 'GET /v2/hidden HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const lies = [
    `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345${hidden}`,
    `Content-Length: -1\r\n\r\n${hidden}`,
    `Content-Length: 1e3\r\n\r\n${hidden}`,
    `Transfer-Encoding: gzip\r\n\r\n${hidden}`,
    `Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n${hidden}`,
    `Transfer-Encoding: chunked\r\n\r\n-5\r\n${hidden}`,
    `Content-Length : 0\r\n\r\n${hidden}`,
  ]
  for (const lie of lies) {
    const answer = await sendRaw(server.url, `POST /infer HTTP/1.1\r\nHost: localhost\r\n${lie}`)
    t.regex(answer, /^HTTP\/1\.1 400 /, lie)
  }
  t.is(await counted(server, 'ROUTE_UNKNOWN'), 0)
  t.is(await counted(server, 'INTERNAL'), 0)
})

test('a full queue refuses a request before its body has come', async (t) => {
  const server = await start(t, { models, maxQueue: 1, maxQueueDelayUs: 4_000_000 })
  const first = server.post('/infer', asked)
  const waits = /^neatron_waiting_requests 1$/m
  while (!waits.test((await server.get('/metrics')).bytes.toString()));
  for (const path of ['/infer', '/v2/models/m/infer', '/v2/models/m/versions/1/infer']) {
    for (const type of ['', 'Content-Type: application/json\r\n']) {
      const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${type}Content-Length: 100\r\n\r\n`
      const answer = await sendRaw(server.url, head)
      t.regex(answer, /^HTTP\/1\.1 429 /)
      t.regex(answer, /^retry-after: 1\r$/m)
    }
  }
  t.is((await first).status, 200)
})

test('requests that hold too many bytes together are refused until there is room', async (t) => {
  const options = { maxBodyMb: 0.04, maxQueueMb: 0.05, maxQueueDelayUs: 500_000 }
  const server = await start(t, { models, ...options })
  // 1,500 rows of 3 inputs and 2 outputs hold 30,000 bytes of 52,428.
  const data = new Array(4500).fill(0)
  const tensor = { name: 'inputs', datatype: 'FP32', shape: [1500, 3], data }
  const ask = () => server.post('/v2/models/m/infer', { inputs: [tensor] })
  const [one, other] = await Promise.all([ask(), ask()])
  t.deepEqual([one.status, other.status].sort(), [200, 429])
  const refused = one.status === 429 ? one : other
  t.is(refused.json.code, 'QUEUE_FULL')
  t.regex(refused.json.error, /MiB \(--max-queue-mb\)/)
  t.is((await ask()).status, 200)
  t.regex((await server.get('/metrics')).bytes.toString(), /^neatron_queue_bytes 0$/m)
})

test('the bound on bytes is at least that on a body', async (t) => {
  await t.throwsAsync(createServer({ maxBodyMb: 2, maxQueueMb: 1 }), {
    code: 'SERVER_OPTION',
    message: /maxQueueMb must be at least maxBodyMb, 2, got 1/,
  })
  const server = await createServer({ port: 0, maxBodyMb: 200 })
  await server.close()
})

test('chunked bodies are held to the limits too', async (t) => {
  const server = await start(t, { models, maxBodyMb: 0.01 })
  const { socket, until } = connectRaw(server.url)
  socket.write('POST /infer HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n')
  for (let count = 0; count < 20; count += 1) socket.write(`400\r\n${'x'.repeat(1024)}\r\n`)
  t.regex(await until(/\}/), /^HTTP\/1\.1 413 .*BODY_TOO_LARGE/s)
  socket.destroy()
})

const load = (server: Client, model: Uint8Array) =>
  server.post('/v2/repository/models/x/load', {
    parameters: { 'file:1/model.onnx': Buffer.from(model).toString('base64') },
  })

const many = (field: number, count: number): Fields =>
  Array.from({ length: count }, () => [field, []])

const hostile: readonly [what: string, model: Uint8Array, message: RegExp][] = [
  [
    'external data',
    modelWith([
      [
        5,
        [
          [8, 'w'],
          [14, 1],
        ],
      ],
    ]),
    /keeps tensor "w" outside the file/,
  ],
  ['a custom operator', modelWith([[1, [[7, 'com.example']]]]), /operators of "com\.example"/],
  ['too many nodes', modelWith(many(1, 100_001)), /has 100001 nodes/],
  ['too many tensors', modelWith(many(5, 100_001)), /and 100001 tensors/],
  ['training graphs', modelWith([], [[20, []]]), /training graphs/],
  ['no graph', encode([[1, 8]]), /no graph/],
  [
    'operators that do not exist',
    modelWith([
      [
        1,
        [
          [4, 'Nope'],
          [2, 'y'],
        ],
      ],
    ]),
    /ONNX Runtime refuses/,
  ],
]

for (const [what, model, message] of hostile) {
  test(`a model with ${what} is refused`, async (t) => {
    const server = await start(t, { allowLoad: true })
    const reply = await load(server, model)
    t.is(reply.status, 400)
    t.is(reply.json.code, 'MODEL_REFUSED')
    t.regex(reply.json.error, message)
    t.is(await counted(server, 'INTERNAL'), 0)
  })
}

test('a model larger than a body may be is refused', async (t) => {
  const server = await start(t, { allowLoad: true, maxBodyMb: 0.001 })
  t.is((await load(server, exportOnnx(smallGenome()))).status, 413)
})
