import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import fc from 'fast-check'
import { request } from 'undici'
import { Random } from '#src/neat/random.js'
import { exportOnnx } from '#src/onnx/export.js'
import { LARGE_BODY } from '#src/serve/large.js'
import { smallGenome, someRows, start } from './harness.js'

/** Bodies that look like requests, with anything in any place. */
const loose = fc.oneof(
  fc.json(),
  fc
    .record(
      {
        inputs: fc.oneof(
          fc.array(fc.array(fc.oneof(fc.double(), fc.string(), fc.constant(null)))),
          fc.jsonValue(),
        ),
        model: fc.oneof(fc.constantFrom('m', 'p'), fc.jsonValue()),
        genome: fc.oneof(fc.array(fc.integer()), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    .map((body) => JSON.stringify(body)),
  fc.string(),
)

const tensor = fc.record(
  {
    name: fc.oneof(fc.constantFrom('inputs', 'genome', 'outputs'), fc.jsonValue()),
    shape: fc.oneof(
      fc.array(fc.oneof(fc.integer({ min: -3, max: 5 }), fc.double())),
      fc.jsonValue(),
    ),
    datatype: fc.constantFrom('FP32', 'INT64', 'BYTES', 5),
    data: fc.oneof(fc.array(fc.oneof(fc.double(), fc.integer())), fc.jsonValue()),
    parameters: fc.oneof(
      fc.record({ binary_data_size: fc.oneof(fc.integer({ min: -8, max: 64 }), fc.jsonValue()) }),
      fc.jsonValue(),
    ),
  },
  { requiredKeys: ['name'] },
)

const oip = fc.record(
  {
    id: fc.oneof(fc.string(), fc.jsonValue()),
    inputs: fc.oneof(fc.array(tensor, { maxLength: 3 }), fc.jsonValue()),
    outputs: fc.oneof(fc.array(tensor, { maxLength: 2 }), fc.jsonValue()),
    parameters: fc.jsonValue(),
  },
  { requiredKeys: ['inputs'] },
)

const models = [
  { name: 'm', genome: smallGenome(1) },
  { name: 'p', genomes: [smallGenome(1), smallGenome(2)] },
]

/** Models with bytes changed, as the load route takes them; now and then one is still a model. */
function brokenModels(count: number): string[] {
  const models = [exportOnnx(smallGenome(1)), exportOnnx([smallGenome(1), smallGenome(2)])]
  const changes = fc.sample(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }), {
    numRuns: count,
    seed: 5,
  })
  return changes.map((places, index) => {
    const bytes = Uint8Array.from(models[index % 2])
    for (const [at, value] of places) bytes[at % bytes.length] = value
    const length = index % 5 === 0 ? places[0][0] % bytes.length : bytes.length
    const file = Buffer.from(bytes.subarray(0, length)).toString('base64')
    return JSON.stringify({ parameters: { 'file:1/model.onnx': file } })
  })
}

/** Bytes that JavaScript holds after a collection, buffers included. */
function held(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test('JSON nested a hundred thousand levels deep gets 4xx in any place', async (t) => {
  const server = await start(t, { models, allowLoad: true })
  const model = Buffer.from(exportOnnx(smallGenome(1))).toString('base64')
  const levels = 100_000
  const nested = [
    '['.repeat(levels) + ']'.repeat(levels),
    `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
  ]
  const tensor = (fields: string) =>
    `{"inputs": [{"name": "inputs", "datatype": "FP32", ${fields}}]}`
  // The body of a load may be read in the thread.
  const spaces = [' ', ' '.repeat(LARGE_BODY)]
  for (const deep of nested) {
    const bodies: readonly [path: string, body: string][] = [
      ['/infer', deep],
      ['/infer', `{"inputs": ${deep}}`],
      ['/infer', `{"inputs": [[${deep}, 1, 2]], "model": "m"}`],
      ['/infer', `{"inputs": [[0, 1, 2]], "model": ${deep}}`],
      ['/infer', `{"inputs": [[0, 1, 2]], "genome": ${deep}, "model": "p"}`],
      ['/infer', `{"inputs": [[0, 1, 2]], "state": ${deep}, "model": "m"}`],
      ['/v2/models/m/infer', tensor(`"shape": ${deep}, "data": [1, 2, 3]`)],
      ['/v2/models/m/infer', tensor(`"shape": [1, 3], "data": ${deep}`)],
      [
        '/v2/models/m/infer',
        tensor(`"shape": [1, 3], "parameters": {"binary_data_size": ${deep}}`),
      ],
      ['/v2/models/m/infer', `{"inputs": [{"name": ${deep}}]}`],
      ['/v2/models/m/infer', `{"id": ${deep}, "inputs": []}`],
      ...spaces.flatMap((space): [string, string][] => [
        ['/v2/repository/models/x/load', `{"parameters": {"file:1/model.onnx": ${deep}}}${space}`],
        [
          '/v2/repository/models/x/load',
          `{"parameters": {"file:1/model.onnx": "${model}", "config": {"a": ${deep}}}}${space}`,
        ],
      ]),
    ]
    for (const [path, body] of bodies) {
      const { status } = await server.post(path, body)
      t.true(status >= 400 && status < 500, `${status} to ${path}: ${body.slice(0, 100)}`)
    }
  }
  t.regex((await server.get('/metrics')).bytes.toString(), /code="INTERNAL"\} 0/)
})

test('10,000 malformed requests get 4xx, leave nothing behind, and good ones beside them get their answer', async (t) => {
  const server = await start(t, { models, allowLoad: true })
  const expected = (await server.post('/infer', { inputs: someRows(1), model: 'm' })).json
  const ask = async (path: string, body: string | Uint8Array, headers = {}) => {
    const reply = await request(server.url + path, { method: 'POST', body, headers })
    await reply.body.dump()
    // A fuzzed request may happen to be a good one.
    const { statusCode: status } = reply
    t.true(status === 200 || (status >= 400 && status < 500), `${status} to ${path}: ${body}`)
  }
  const good = async () => {
    t.deepEqual((await server.post('/infer', { inputs: someRows(1), model: 'm' })).json, expected)
  }
  const bodies = fc.sample(loose, { numRuns: 3000, seed: 1 })
  const tensors = fc.sample(oip, { numRuns: 4000, seed: 2 }).map((body) => JSON.stringify(body))
  const tails = fc.sample(fc.uint8Array({ maxLength: 64 }), { numRuns: 3000, seed: 3 })
  const lengths = fc.sample(fc.integer({ min: -2, max: 400 }), { numRuns: 3000, seed: 4 })
  // Requests that say that they are JSON take another way through the server.
  const type = (index: number) => (index % 2 ? { 'content-type': 'application/json' } : {})
  const work: (() => Promise<void>)[] = [
    ...bodies.map(
      (body, index) => () =>
        ask(index % 5 === 0 ? '/v2/repository/models/x/load' : '/infer', body, type(index)),
    ),
    ...tensors.map(
      (body, index) => () =>
        ask(`/v2/models/${index % 2 ? 'm' : 'p'}/infer`, body, type(index >> 1)),
    ),
    ...tails.map((tail, index) => () => {
      const json = tensors[index]
      const cut = index % 3 === 0 ? json.slice(0, json.length / 2) : json
      const header = index % 2 === 0 ? lengths[index] : Buffer.byteLength(cut)
      const headers = { 'inference-header-content-length': String(header), ...type(index) }
      return ask('/v2/models/m/infer', Buffer.concat([Buffer.from(cut), tail]), headers)
    }),
    ...brokenModels(300).map((body) => () => ask('/v2/repository/models/x/load', body)),
  ]
  // In an order of its own, so that the second half is like the first.
  const random = new Random(1)
  const order = work.map((one) => ({ one, at: random.next() })).sort((a, b) => a.at - b.at)
  let midway = 0
  for (let from = 0; from < order.length; from += 50) {
    await Promise.all([good(), ...order.slice(from, from + 50).map(({ one }) => one())])
    if (midway === 0 && from > order.length / 2) midway = held()
  }
  const metrics = (await server.get('/metrics')).bytes.toString()
  t.regex(metrics, /code="INTERNAL"\} 0/)
  t.regex(metrics, /^neatron_waiting_requests 0$/m)
  t.regex(metrics, /^neatron_queue_bytes 0$/m)
  const grown = (held() - midway) / 2 ** 20
  t.true(grown < 4, `${grown.toFixed(1)} MiB more are held after the second half`)
})
