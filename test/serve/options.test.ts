import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Client as UnixClient } from 'undici'
import { createServer } from '#src/serve/server.js'
import { smallGenome, someRows, start } from './harness.js'

const models = [{ name: 'm', genome: smallGenome() }]

test('without a token it binds loopback only', async (t) => {
  for (const host of ['0.0.0.0', '::', '192.168.0.1', 'example.org', '127.0.0.1.example.org']) {
    await t.throwsAsync(createServer({ host, port: 0 }), {
      code: 'SERVER_OPTION',
      message: /token/,
    })
  }
  const server = await createServer({ host: '0.0.0.0', port: 0, token: 'x'.repeat(16) })
  await server.close()
})

const badOptions: readonly [object, RegExp][] = [
  [{ ports: 1 }, /unknown option "ports"/],
  [{ port: 70_000 }, /port must be .* 65535, got 70000/],
  [{ maxBatch: 0 }, /maxBatch must be .* from 1/],
  [{ maxQueue: 1.5 }, /maxQueue must be a whole number/],
  [{ timeoutMs: Number.NaN }, /timeoutMs/],
  [{ maxBodyMb: 0 }, /maxBodyMb must be above 0/],
  [{ token: 'short' }, /at least 16 characters/],
  [{ token: 5 }, /token must be of type string, got 5/],
  [{ allowLoad: 'false' }, /allowLoad must be of type boolean, got "false"/],
  [{ host: 127 }, /host must be of type string/],
  [{ port: '8000' }, /port must be of type number/],
  [{ models: {} }, /models must be an array/],
  [{ models: [1] }, /models must be an array of \{ name/],
]

for (const [options, message] of badOptions) {
  test(`refuses the options ${JSON.stringify(options)}`, async (t) => {
    await t.throwsAsync(createServer(options), { code: 'SERVER_OPTION', message })
  })
}

test('listens on a Unix domain socket', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'neatron-'))
  const socket = join(directory, 'server.sock')
  const server = await createServer({ socket, models })
  const client = new UnixClient('http://localhost', { socketPath: socket })
  t.teardown(async () => {
    await client.close()
    await rm(directory, { recursive: true })
  })
  t.is(server.url, `unix:${socket}`)
  const body = JSON.stringify({ inputs: someRows(1) })
  const reply = await client.request({ method: 'POST', path: '/infer', body })
  t.is(reply.statusCode, 200)
  await reply.body.dump()
  await server.close()
})

test('a port in use is SERVER_START_FAILED', async (t) => {
  const server = await start(t)
  const port = Number(new URL(server.url).port)
  await t.throwsAsync(createServer({ port }), { code: 'SERVER_START_FAILED', message: /listen on/ })
})
