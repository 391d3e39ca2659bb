import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { request } from 'undici'
import { exportOnnx } from '#src/onnx/export.js'
import { startServer } from '#src/serve/child.js'
import { isAnswer, smallGenome, someRows } from './harness.js'

async function ask(url: string, body: unknown, headers = {}) {
  const reply = await request(`${url}/infer`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  return { status: reply.statusCode, json: (await reply.body.json()) as { outputs: number[][] } }
}

test('serves files from a process of its own until it is closed', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'neatron-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const genome = smallGenome()
  const files = [join(directory, 'a.json'), join(directory, 'b.onnx')]
  await writeFile(files[0], JSON.stringify(genome))
  await writeFile(files[1], exportOnnx(smallGenome(2)))
  const server = await startServer({ files, timeoutMs: 5000 })
  t.teardown(() => server.close())
  t.not(server.pid, process.pid)
  const [row] = someRows(1)
  for (const [model, expected] of [
    ['a', genome],
    ['b', smallGenome(2)],
  ] as const) {
    const { json } = await ask(server.url, { model, inputs: [row] })
    t.true(isAnswer(json.outputs, [expected.feedForward(row)]))
  }
  await server.close()
  t.like(await server.exited, { code: 0, signal: null })
})

test('keeps the token off the command line', async (t) => {
  const token = 'a-token-of-some-length'
  const server = await startServer({ token })
  t.teardown(() => server.close())
  t.is((await ask(server.url, {})).status, 401)
  t.is((await ask(server.url, {}, { authorization: `Bearer ${token}` })).status, 404)
})

test('takes no token from the environment of its parent', async (t) => {
  process.env.NEATRON_TOKEN = 'a-token-for-another-server'
  t.teardown(() => delete process.env.NEATRON_TOKEN)
  const server = await startServer()
  t.teardown(() => server.close())
  t.is((await ask(server.url, { inputs: [[1]] })).status, 404)
})

test('a server that does not come up says why', async (t) => {
  await t.throwsAsync(startServer({ host: '0.0.0.0' }), {
    code: 'SERVER_START_FAILED',
    message: /exit code 1.*token/s,
  })
  await t.throwsAsync(startServer({ files: ['/nowhere/x.onnx'] }), {
    code: 'SERVER_START_FAILED',
    message: /x\.onnx/,
  })
})

test('a killed server is noticed', async (t) => {
  const server = await startServer()
  process.kill(server.pid, 'SIGKILL')
  t.like(await server.exited, { code: null, signal: 'SIGKILL' })
  await server.close()
})

test('a server ends with the process that started it', async (t) => {
  const program = `
    import { startServer } from '#src/serve/child.js'
    const { pid } = await startServer()
    console.log(pid)
    process.kill(process.pid, 'SIGKILL')
  `
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(String(line))
  t.true(pid > 0)
  const gone = () => {
    try {
      process.kill(pid, 0)
      return false
    } catch {
      return true
    }
  }
  for (let tries = 0; tries < 100 && !gone(); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  t.true(gone())
})
