import test from 'ava'
import { Cancellation } from '#src/brain/cancellation.js'
import { ExchangeError } from '#src/brain/exchange-error.js'
import { withRetry } from '#src/brain/retry.js'

/** Fails `failures` times, then succeeds; counts its attempts. */
function flaky(failures: number, retry: ExchangeError['retry'] = { transient: true }) {
  const flake = {
    attempts: 0,
    attempt: async () => {
      flake.attempts += 1
      if (flake.attempts <= failures) throw new ExchangeError('SERVER_BUSY', 'busy', retry)
      return 'done'
    },
  }
  return flake
}

test('succeeds after transient failures, and tells of each', async (t) => {
  const flake = flaky(3)
  let retries = 0
  const done = await withRetry(flake.attempt, () => retries++, { baseMs: 1 }, new Cancellation())
  t.is(done, 'done')
  t.is(flake.attempts, 4)
  t.is(retries, 3)
})

test('gives up after its attempts, with the last error', async (t) => {
  const flake = flaky(9)
  const options = { attempts: 3, baseMs: 1 }
  await t.throwsAsync(
    withRetry(flake.attempt, () => undefined, options, new Cancellation()),
    {
      code: 'SERVER_BUSY',
      message: /^busy \(3 attempts in \d+ ms\)$/,
    },
  )
  t.is(flake.attempts, 3)
})

test('one attempt is not dressed up', async (t) => {
  const flake = flaky(1)
  const failed = withRetry(flake.attempt, () => undefined, { attempts: 1 }, new Cancellation())
  await t.throwsAsync(failed, { message: 'busy' })
})

test('what is not transient is not repeated', async (t) => {
  const flake = flaky(1, {})
  await t.throwsAsync(withRetry(flake.attempt, () => undefined, {}, new Cancellation()))
  t.is(flake.attempts, 1)
})

test('no attempt begins after the deadline', async (t) => {
  const flake = flaky(1, { transient: true, afterMs: 2000 })
  const options = { deadlineMs: 1000 }
  await t.throwsAsync(withRetry(flake.attempt, () => undefined, options, new Cancellation()))
  t.is(flake.attempts, 1)
})

test('cancelling ends the wait with its reason', async (t) => {
  const flake = flaky(1, { transient: true, afterMs: 10_000 })
  const cancellation = new Cancellation()
  const waiting = withRetry(flake.attempt, () => undefined, {}, cancellation)
  setTimeout(() => cancellation.cancel(new Error('enough')), 5)
  await t.throwsAsync(waiting, { message: 'enough' })
  t.is(flake.attempts, 1)
})
