import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { cli, scratch, start } from './run-cli.js'

/** A server that takes every model and is always busy. */
async function busyServer(t: ExecutionContext, retryAfter?: number) {
  let asked = 0
  const server = createServer((request, response) => {
    request.resume()
    if (request.url !== '/infer') return response.end('{}')
    asked += 1
    if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
    return response.writeHead(503).end('{"error":"busy"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked: () => asked }
}

const XOR = ['train', 'xor', '--seed', '5', '--generations', '3', '--mode', 'remote']

test('--concurrency does not change the result, and is kept in run.json', async (t) => {
  const folder = await scratch(t)
  const server = start(['serve', '--port', '0', '--allow-load'])
  t.teardown(() => server.child.kill('SIGKILL'))
  const url = await server.printed(/http:\/\/127\.0\.0\.1:\d+/)
  const run = async (name: string, ...more: string[]) => {
    const out = join(folder, name)
    const ended = await cli([...XOR, '--batch', '100', '--url', url, '--out', out, ...more])
    t.is(ended.code, 0, ended.stderr)
    const read = (file: string) => JSON.parse(readFileSync(join(out, file), 'utf8'))
    return { champion: read('champion.json'), inference: read('run.json').inference }
  }
  const flags = ['--concurrency', '3', '--timeout-ms', '9000', '--retries', '2']
  const one = await run('one')
  const three = await run('three', ...flags, '--deadline-ms', '9500', '--token', 'not-kept')
  t.deepEqual(three.champion, one.champion)
  t.deepEqual(three.inference, {
    mode: 'remote',
    batch: 100,
    url,
    concurrency: 3,
    timeoutMs: 9000,
    retries: 2,
    deadlineMs: 9500,
  })
})

for (const retries of [0, 2]) {
  test(`--retries ${retries} asks a busy server ${retries + 1} times`, async (t) => {
    const { url, asked } = await busyServer(t)
    const out = join(await scratch(t), 'run')
    const more = ['--batch', '10000', '--retries', String(retries), '--out', out]
    const { code, stderr } = await cli([...XOR, '--url', url, ...more])
    t.is(code, 1)
    t.regex(stderr, /SERVER_BUSY/)
    t.is(asked(), retries + 1)
  })
}

test('--deadline-ms is not waited beyond', async (t) => {
  const { url, asked } = await busyServer(t, 20)
  const out = join(await scratch(t), 'run')
  const more = ['--batch', '10000', '--deadline-ms', '10000', '--out', out]
  const { code, stderr } = await cli([...XOR, '--url', url, ...more])
  t.is(code, 1)
  t.regex(stderr, /SERVER_BUSY/)
  t.is(asked(), 1)
})
