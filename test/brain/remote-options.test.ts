import test from 'ava'
import { resolveRemoteOptions } from '#src/brain/remote-options.js'

const url = 'http://x'

test('the defaults are as documented', (t) => {
  t.deepEqual(resolveRemoteOptions({ url }), {
    url,
    batch: 1,
    maxDelayMs: 1,
    concurrency: 1,
    protocol: 'infer',
    timeoutMs: 30_000,
    retry: { attempts: 5, baseMs: 25, capMs: 2000, deadlineMs: 30_000 },
    waitForServerMs: 0,
  })
})

test('an adaptive size does not wait by the clock, unless it is asked to', (t) => {
  t.is(resolveRemoteOptions({ url, batch: 'adaptive' }).maxDelayMs, 0)
  t.is(resolveRemoteOptions({ url, batch: 'adaptive', maxDelayMs: 3 }).maxDelayMs, 3)
})

test('the deadline of all attempts is not below the time of one, unless it is asked to be', (t) => {
  const deadlineOf = (options: object) => resolveRemoteOptions({ url, ...options }).retry.deadlineMs
  t.is(deadlineOf({ timeoutMs: 60_000 }), 60_000)
  t.is(deadlineOf({ timeoutMs: 100 }), 30_000)
  t.is(deadlineOf({ timeoutMs: 60_000, retry: { deadlineMs: 10 } }), 10)
})
