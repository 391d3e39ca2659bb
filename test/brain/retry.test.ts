import test from 'ava'
import fc from 'fast-check'
import { Cancellation } from '#src/brain/cancellation.js'
import { ExchangeError } from '#src/brain/exchange-error.js'
import { DEFAULT_RETRY, type RetryOptions, retryWaitMs, withRetry } from '#src/brain/retry.js'

/** Fails `failures` times, then succeeds; counts its attempts, and keeps what time each had. */
function flaky(failures: number, retry: ExchangeError['retry'] = { transient: true }) {
  const flake = {
    attempts: 0,
    left: [] as number[],
    attempt: async (leftMs: number) => {
      flake.attempts += 1
      flake.left.push(leftMs)
      if (flake.attempts <= failures) throw new ExchangeError('SERVER_BUSY', 'busy', retry)
      return 'done'
    },
  }
  return flake
}

function retrying(
  { attempt }: ReturnType<typeof flaky>,
  options: RetryOptions = {},
  { cancellation = new Cancellation(), onRetry = () => {} } = {},
) {
  return withRetry(attempt, onRetry, { ...DEFAULT_RETRY, ...options }, cancellation)
}

test('succeeds after transient failures, and tells of each', async (t) => {
  const flake = flaky(3)
  let retries = 0
  t.is(await retrying(flake, { baseMs: 1 }, { onRetry: () => retries++ }), 'done')
  t.is(flake.attempts, 4)
  t.is(retries, 3)
})

test('gives up after its attempts, with the last error', async (t) => {
  const flake = flaky(9)
  await t.throwsAsync(retrying(flake, { attempts: 3, baseMs: 1 }), {
    code: 'SERVER_BUSY',
    message: /^busy \(3 attempts in \d+ ms\)$/,
  })
  t.is(flake.attempts, 3)
})

test('one attempt is not dressed up', async (t) => {
  await t.throwsAsync(retrying(flaky(1), { attempts: 1 }), { message: 'busy' })
})

test('what is not transient is not repeated', async (t) => {
  const flake = flaky(1, {})
  await t.throwsAsync(retrying(flake))
  t.is(flake.attempts, 1)
})

test('an event loop too busy to wake in time begins no attempt after the deadline', async (t) => {
  const flake = flaky(1, { transient: true, afterMs: 20 })
  const retried = retrying(flake, { baseMs: 0, deadlineMs: 100 })
  setImmediate(() => {
    const until = performance.now() + 120
    while (performance.now() < until);
  })
  await t.throwsAsync(retried, { code: 'SERVER_BUSY' })
  t.is(flake.attempts, 1)
})

test('no attempt begins after the deadline', async (t) => {
  const flake = flaky(1, { transient: true, afterMs: 2000 })
  await t.throwsAsync(retrying(flake, { deadlineMs: 1000 }))
  t.is(flake.attempts, 1)
})

test('each attempt is told the time left to all', async (t) => {
  const flake = flaky(2, { transient: true, afterMs: 20 })
  await retrying(flake, { deadlineMs: 1000, baseMs: 0 })
  const [first, second, third] = flake.left
  t.is(first, 1000)
  // Timers may fire a millisecond early.
  t.true(second <= 981 && third <= second - 19)
  t.true(third > 0)
})

test('cancelling ends the wait with its reason', async (t) => {
  const flake = flaky(1, { transient: true, afterMs: 10_000 })
  const cancellation = new Cancellation()
  const waiting = retrying(flake, {}, { cancellation })
  setTimeout(() => cancellation.cancel(new Error('enough')), 5)
  await t.throwsAsync(waiting, { message: 'enough' })
  t.is(flake.attempts, 1)
})

test('what was cancelled during an attempt is not tried again', async (t) => {
  const cancellation = new Cancellation()
  let attempts = 0
  const attempt = async () => {
    attempts += 1
    cancellation.cancel(new Error('enough'))
    throw new ExchangeError('SERVER_BUSY', 'busy', { transient: true })
  }
  const options = { ...DEFAULT_RETRY, baseMs: 0 }
  const tried = withRetry(attempt, () => t.fail(), options, cancellation)
  await t.throwsAsync(tried, { message: 'enough' })
  t.is(attempts, 1)
})

test('full jitter: the wait is uniform below a bound that doubles up to its cap', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.double({ min: 0, max: 1000, noNaN: true }),
      fc.double({ min: 0, max: 10_000, noNaN: true }),
      fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, baseMs, capMs, afterMs, drawn) => {
        const wait = retryWaitMs(failures, afterMs, { baseMs, capMs }, () => drawn)
        const bound = Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 31))
        const expected = (afterMs ?? 0) + drawn * bound
        t.true(Math.abs(wait - expected) <= 1e-9 * Math.max(1, expected))
      },
    ),
  )
})

test('clients that are told the same Retry-After come back spread over the whole jitter', (t) => {
  const waits = Array.from({ length: 4000 }, () => retryWaitMs(3, 1000, DEFAULT_RETRY) - 1000)
  t.true(waits.every((wait) => wait >= 0 && wait < 100))
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length
  // 50 of 100, of standard deviation 29 / sqrt(4000): six of them.
  t.true(Math.abs(mean - 50) < 2.8)
  for (const quarter of [0, 25, 50, 75]) {
    const inside = waits.filter((wait) => wait >= quarter && wait < quarter + 25)
    // 1000, of standard deviation 27.
    t.true(Math.abs(inside.length - 1000) < 165)
  }
})
