import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import fc from 'fast-check'
import type { RemoteOptions } from '#src/brain/remote-options.js'
import { NeatronError } from '#src/errors.js'
import { json, loadedOnFaulty, type Received } from './_faulty-server.js'

/** Numbers of one row and its genome, as no other row has them. */
const answerTo = (genome: number, [a, b]: number[]) => genome * 10_000 + a * 100 + b

/** What a request says, and how its answer is written. */
const PROTOCOLS = {
  infer: (received: Received) => {
    const { inputs, genome } = JSON.parse(received.body)
    const answers: number[][] = inputs.map((row: number[], at: number) => [
      answerTo(genome[at], row),
    ])
    return { answers, body: (rows: unknown[][]) => ({ outputs: rows }) }
  },
  oip: (received: Received) => {
    const [{ data: inputs }, { data: genome }] = JSON.parse(received.body).inputs
    const answers: number[][] = genome.map((each: number, row: number) => [
      answerTo(each, inputs.slice(2 * row, 2 * row + 2)),
    ])
    const body = (rows: unknown[][]) => ({
      outputs: [{ name: 'outputs', datatype: 'FP32', shape: [rows.length, 1], data: rows.flat() }],
    })
    return { answers, body }
  },
}

/** What a server may do to a request that it could answer with `text`. */
const FAULTS = {
  none: (response: ServerResponse, text: string) => response.end(text),
  slow: async (response: ServerResponse, text: string) => {
    await sleep(3)
    response.end(text)
  },
  dripping: async (response: ServerResponse, text: string) => {
    response.write(text.slice(0, 5))
    await sleep(2)
    response.end(text.slice(5))
  },
  fails: (response: ServerResponse) => json(response, { error: 'no' }, 500),
  busy: (response: ServerResponse) => json(response, { error: 'later' }, 503),
  refuses: (response: ServerResponse) =>
    json(response.setHeader('retry-after', '0'), { error: 'later' }, 429),
  overflows: (response: ServerResponse) => json(response, { error: 'overflow' }, 422),
  large: (response: ServerResponse) => json(response, { error: 'large' }, 413),
  hangs: () => undefined,
  resets: (response: ServerResponse) => response.socket?.resetAndDestroy(),
  cuts: (response: ServerResponse, text: string) => {
    response.writeHead(200, { 'content-length': text.length })
    response.write(text.slice(0, -1), () => response.destroy())
  },
  malformed: (response: ServerResponse, text: string) => response.end(text.slice(0, -1)),
  notANumber: (response: ServerResponse, text: string) =>
    response.end(text.replace(/\d+(?=\])/, 'NaN')),
}

/** Faults that are in what the answer says. */
const WRONG_ROWS = {
  short: (rows: number[][]) => rows.slice(1),
  long: (rows: number[][]) => [...rows, [0]],
  null: (rows: number[][]) => rows.map(() => [null]),
  infinite: (rows: number[][]) => rows.map(() => [1e39]),
}

const CODES = new Set([
  'SERVER_ERROR',
  'SERVER_BUSY',
  'SERVER_UNREACHABLE',
  'OUTPUT_NOT_FINITE',
  'REQUEST_TOO_LARGE',
  'REQUEST_TIMEOUT',
  'RESPONSE_INVALID',
])

/** An answer by a healthy server, which this machine may be too busy to give in time. */
async function patiently(infer: () => Promise<Float32Array>): Promise<number[]> {
  for (;;) {
    try {
      return [...(await infer())]
    } catch (error) {
      if ((error as NeatronError).code !== 'REQUEST_TIMEOUT') throw error
    }
  }
}

type Fault = keyof typeof FAULTS | keyof typeof WRONG_ROWS
const fault = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Fault>('none') },
  { weight: 1, arbitrary: fc.constantFrom<Fault>('large', 'overflows') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...(Object.keys({ ...FAULTS, ...WRONG_ROWS }) as Fault[])),
  },
)

const asking = fc.record({
  /** One is asked by `infer`, more are a tick. */
  rows: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 12 })),
  pauseMs: fc.constantFrom(0, 0, 0, 1),
  /** Milliseconds after which a single row is withdrawn, if at all. */
  withdrawMs: fc.oneof(
    { weight: 19, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.nat({ max: 5 }) },
  ),
})

const remotes: fc.Arbitrary<Partial<RemoteOptions> & { protocol: 'infer' | 'oip' }> = fc.record({
  protocol: fc.constantFrom('infer' as const, 'oip' as const),
  encoding: fc.constant('json' as const),
  batch: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant('adaptive' as const)),
  maxDelayMs: fc.constantFrom(0, 1),
  concurrency: fc.integer({ min: 1, max: 3 }),
  timeoutMs: fc.constant(60),
  retry: fc.record({
    attempts: fc.integer({ min: 1, max: 3 }),
    baseMs: fc.constant(1),
    capMs: fc.constant(2),
  }),
})

test('whatever a server does, each row is answered rightly or rejected with an error of its own, and the counters add up', async (t) => {
  const outcomes = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(asking, { minLength: 1, maxLength: 25 }),
      remotes,
      fc.infiniteStream(fault),
      async (asked, options, faults) => {
        let healthy = false
        const { brain, inferences } = await loadedOnFaulty(
          t,
          (response, received) => {
            const { answers, body } = PROTOCOLS[options.protocol](received)
            const name = healthy ? 'none' : faults.next().value
            const wrong = WRONG_ROWS[name as keyof typeof WRONG_ROWS]
            const text = JSON.stringify(body(wrong?.(answers) ?? answers))
            return (FAULTS[name as keyof typeof FAULTS] ?? FAULTS.none)(response, text)
          },
          options,
        )
        const errors = new Set<unknown>()
        const settled: Promise<boolean>[] = []
        let next = 0
        for (const { rows, pauseMs, withdrawMs } of asked) {
          const genome = Uint32Array.from({ length: rows }, (_, row) => row % 3)
          const inputs = Float32Array.from({ length: 2 * rows }, () => next++ % 50)
          const outputs = new Float32Array(rows)
          const controller = new AbortController()
          const { signal } = controller
          let answer: Promise<ArrayLike<number>>
          if (rows === 1) {
            answer = brain.infer([...inputs], 0, { signal })
            if (withdrawMs !== undefined)
              sleep(withdrawMs).then(() => controller.abort('withdrawn'))
          } else {
            answer = (async () => {
              await brain.feedForwardRows(genome, inputs, outputs, rows)
              return outputs
            })()
          }
          settled.push(
            answer.then(
              (given) => {
                const right = Array.from(genome, (each, row) =>
                  answerTo(each, [...inputs.subarray(2 * row, 2 * row + 2)]),
                )
                t.deepEqual([...Array.from(given)], right)
                return true
              },
              (error) => {
                const outcome = error instanceof NeatronError ? error.code : String(error)
                outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
                const possible = withdrawMs === undefined ? CODES : new Set([...CODES, 'withdrawn'])
                t.true(possible.has(outcome), outcome)
                if (outcome === 'withdrawn') return false
                t.false(errors.has(error), 'an error of its own')
                errors.add(error)
                return false
              },
            ),
          )
          if (pauseMs > 0) await sleep(pauseMs)
        }
        const answered = await Promise.all(settled)
        await brain.flush()
        const { rows, inferCount, requests, retries, latencies } = brain.takeGeneration()
        const sum = (of: typeof asked) => of.reduce((total, each) => total + each.rows, 0)
        const fulfilled = sum(asked.filter((_, at) => answered[at]))
        t.true(fulfilled <= inferCount && inferCount <= rows)
        t.is(latencies.row.totalCount, inferCount)
        t.true(latencies.call.totalCount <= requests)
        if (asked.every(({ withdrawMs }) => withdrawMs === undefined)) {
          t.is(rows, sum(asked))
          t.true(inferences() <= requests + retries)
          // A tick fails as a whole, so the server may have answered some rows of one that failed.
          if (asked.every((each) => each.rows === 1)) t.is(inferCount, fulfilled)
        }
        healthy = true
        t.deepEqual(await patiently(() => brain.infer([3, 4], 2)), [answerTo(2, [3, 4])])
        await brain.close()
      },
    ),
    { numRuns: 150 },
  )
  // Or this would say nothing.
  t.log(Object.fromEntries(outcomes))
  for (const code of CODES) t.true((outcomes.get(code) ?? 0) > 0, `${code} never came`)
})
