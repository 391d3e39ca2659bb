import test from 'ava'
import {
  binaryBody,
  type Client,
  overflowing,
  type Reply,
  smallGenome,
  someRows,
  start,
} from './harness.js'

const models = [{ name: 'm', genome: smallGenome() }]

/** Asks the same twice: as plain clients do, and in a way that only the framework answers. */
async function twice(
  server: Client,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<[direct: Reply, framework: Reply]> {
  const given = { 'content-type': 'application/json', ...headers }
  return [
    await server.post(path, body, given),
    await server.post(path, body, { ...given, 'x-request-id': 'one' }),
  ]
}

/** What must be the same, whoever answers. */
function visible({ status, headers, bytes }: Reply) {
  const names = Object.keys(headers).filter((name) => name !== 'x-request-id')
  const { 'server-timing': _timing, date: _date, 'x-request-id': _id, ...same } = headers
  return { status, names: names.sort(), same, body: bytes.toString('latin1') }
}

const oip = {
  inputs: [{ name: 'inputs', shape: [2, 3], datatype: 'FP32', data: someRows(2).flat() }],
}
const binary = binaryBody(
  {
    parameters: { binary_data_output: true },
    inputs: [
      { name: 'inputs', shape: [1, 3], datatype: 'FP32', parameters: { binary_data_size: 12 } },
    ],
  },
  Float32Array.of(1, 2, 3),
)

const requests: readonly (readonly [
  what: string,
  path: string,
  body: unknown,
  headers?: Record<string, string>,
])[] = [
  ['one row', '/infer', { inputs: someRows(1) }],
  ['rows and a name', '/infer', { inputs: someRows(3), model: 'm' }],
  ['tensors as JSON', '/v2/models/m/infer', { ...oip, id: 'é' }],
  ['binary tensors', '/v2/models/m/infer', binary.body, binary.headers],
  ['another content type', '/infer', { inputs: someRows(1) }, { 'content-type': 'text/plain' }],
  ['more than is answered directly', '/infer', { inputs: someRows(3000) }],
  ['no JSON', '/infer', '{"inputs":'],
  ['no object', '/infer', '[]'],
  ['an unknown field', '/infer', { inputs: someRows(1), rows: 1 }],
  ['a row too short', '/infer', { inputs: [[1, 2]] }],
  ['no number', '/infer', { inputs: [[1, null, 2]] }],
  ['an unknown model', '/infer', { inputs: someRows(1), model: 'x' }],
  ['an unknown model in the address', '/v2/models/x/infer', oip],
  ['a wrong datatype', '/v2/models/m/infer', { inputs: [{ ...oip.inputs[0], datatype: 'INT8' }] }],
  ['a compressed body', '/infer', 'x', { 'content-encoding': 'gzip' }],
  ['a web page', '/infer', { inputs: someRows(1) }, { origin: 'https://example.org' }],
  ['another host', '/infer', { inputs: someRows(1) }, { host: 'example.org' }],
  ['an empty body', '/infer', ''],
]

test('answers are the same, with and without the framework', async (t) => {
  const server = await start(t, { models })
  for (const [what, path, body, headers] of requests) {
    const [direct, framework] = await twice(server, path, body, headers)
    t.deepEqual(visible(direct), visible(framework), what)
    t.is(framework.headers['x-request-id'], 'one', what)
  }
})

test('what goes wrong after a request was accepted is answered the same', async (t) => {
  const server = await start(t, { models: [{ name: 'm', genome: overflowing }] })
  const [direct, framework] = await twice(server, '/infer', { inputs: [[3e38]] })
  t.is(direct.status, 422)
  t.deepEqual(visible(direct), visible(framework))

  const late = await start(t, { models, timeoutMs: 1, maxQueueDelayUs: 50_000 })
  const replies = await twice(late, '/infer', { inputs: someRows(1) })
  for (const { status, json } of replies) {
    t.is(status, 504)
    t.is(json.code, 'DEADLINE')
  }
  const metrics = (await late.get('/metrics')).bytes.toString()
  t.regex(metrics, /rejected_requests_total\{code="DEADLINE"\} 2/)
})

test('a token is asked for all the same', async (t) => {
  const token = 'a-token-of-some-length'
  const server = await start(t, { models, token })
  const asked = { inputs: someRows(1) }
  for (const reply of await twice(server, '/infer', asked)) t.is(reply.status, 401)
  const headers = { authorization: `Bearer ${token}` }
  for (const reply of await twice(server, '/infer', asked, headers)) t.is(reply.status, 200)
})
