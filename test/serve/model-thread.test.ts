import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import test from 'ava'
import { ModelThread } from '#src/serve/model-thread.js'
import { SessionCache } from '#src/serve/session-cache.js'

test('the thread does what it was asked before it ends', async (t) => {
  const thread = new ModelThread(new SessionCache(2 ** 20))
  const body = Buffer.from('{"parameters": {"file:1/model.onnx": "AAAA", "config": "{}"}}')
  const asked = [1, 2, 3].map(() => thread.read([Uint8Array.from(body)]))
  const closed = thread.close()
  const [{ version, bytes, config }] = await Promise.all(asked)
  await closed
  t.is(version, '1')
  t.deepEqual([...bytes], [0, 0, 0])
  t.deepEqual(config, {})
})

test('a piece of a larger buffer is copied, one that is whole is handed over', async (t) => {
  const thread = new ModelThread(new SessionCache(2 ** 20))
  t.teardown(() => thread.close())
  const whole = new Uint8Array(Buffer.from('{"parameters": {"file:1/model.onnx":'))
  const larger = new Uint8Array(Buffer.from('xx "AAAA"}}xx'))
  const { bytes } = await thread.read([whole, larger.subarray(2, -2)])
  t.deepEqual([...bytes], [0, 0, 0])
  t.is(whole.length, 0)
  t.is(larger.length, 13)
})

test('the thread starts in a program given on the command line', async (t) => {
  const program = `
    import { ModelThread } from '#src/serve/model-thread.js'
    const thread = new ModelThread(null)
    const body = Buffer.from('{"parameters": {"file:7/model.onnx": "AAAA"}}')
    console.log((await thread.read([Uint8Array.from(body)])).version)`
  const flags = ['--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, flags)
  t.is(stdout, '7\n')
})
