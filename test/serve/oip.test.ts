import test from 'ava'
import { exportOnnx } from '#src/onnx/export.js'
import {
  binaryBody,
  type Client,
  isAnswer,
  type Reply,
  smallGenome,
  someRows,
  start,
} from './harness.js'

const genome = smallGenome(1)
const population = [smallGenome(1), smallGenome(2), smallGenome(3)]
const models = [
  { name: 'm', genome },
  { name: 'p', genomes: population },
]

/** The rows of the first output of a binary answer. */
function binaryRows({ headers, bytes }: Reply): number[][] {
  const length = Number(headers['inference-header-content-length'])
  const { outputs } = JSON.parse(bytes.toString('utf8', 0, length))
  const [rows, width] = outputs[0].shape
  const values = new Float32Array(Uint8Array.from(bytes.subarray(length)).buffer)
  return Array.from({ length: rows }, (_, row) => [
    ...values.subarray(row * width, (row + 1) * width),
  ])
}

test('tells what it is, what it runs, and whether it is ready', async (t) => {
  const server = await start(t, { models })
  const { json } = await server.get('/v2')
  t.is(json.name, 'neatron')
  t.true(json.extensions.includes('binary_tensor_data'))
  t.regex(json.runtime.version, /^\d+\.\d+/)
  t.is((await server.get('/v2/health/live')).status, 200)
  t.is((await server.get('/v2/health/ready')).status, 200)
  t.is((await server.get('/v2/models/m/ready')).status, 200)
  t.is((await server.get('/v2/models/x/ready')).status, 404)
})

test('describes a model, also by its version', async (t) => {
  const server = await start(t, { models })
  for (const path of ['/v2/models/p', '/v2/models/p/versions/1']) {
    t.deepEqual((await server.get(path)).json, {
      name: 'p',
      versions: ['1'],
      platform: 'onnxruntime_onnx',
      inputs: [
        { name: 'inputs', datatype: 'FP32', shape: [-1, 3] },
        { name: 'genome', datatype: 'INT64', shape: [-1] },
      ],
      outputs: [{ name: 'outputs', datatype: 'FP32', shape: [-1, 2] }],
    })
  }
  t.is((await server.get('/v2/models/p/versions/2')).status, 404)
  const { json } = await server.get('/v2/models/p/config')
  t.is(json.backend, 'onnxruntime')
  t.deepEqual(json.input[0], { name: 'inputs', data_type: 'TYPE_FP32', dims: [-1, 3] })
})

test('answers JSON, with data flat or nested', async (t) => {
  const server = await start(t, { models })
  const rows = someRows(4)
  const expected = rows.map((row) => genome.feedForward(row))
  for (const data of [rows, rows.flat()]) {
    const { status, json } = await server.post('/v2/models/m/infer', {
      id: 'abc',
      inputs: [{ name: 'inputs', shape: [4, 3], datatype: 'FP32', data }],
    })
    t.is(status, 200)
    t.like(json, { id: 'abc', model_name: 'm', model_version: '1' })
    const [output] = json.outputs
    t.like(output, { name: 'outputs', datatype: 'FP32', shape: [4, 2] })
    t.true(
      isAnswer(
        [0, 2, 4, 6].map((at) => output.data.slice(at, at + 2)),
        expected,
      ),
    )
  }
})

test('answers binary tensors, both ways and either way', async (t) => {
  const server = await start(t, { models })
  const rows = someRows(5)
  const expected = rows.map((row, r) => population[r % 3].feedForward(row))
  const inputs = Float32Array.from(rows.flat())
  const genomes = BigInt64Array.from([0n, 1n, 2n, 0n, 1n])
  const tensors = [
    { name: 'inputs', shape: [5, 3], datatype: 'FP32', parameters: { binary_data_size: 60 } },
    { name: 'genome', shape: [5], datatype: 'INT64', parameters: { binary_data_size: 40 } },
  ]
  const all = binaryBody(
    { inputs: tensors, parameters: { binary_data_output: true } },
    inputs,
    genomes,
  )
  t.true(
    isAnswer(binaryRows(await server.post('/v2/models/p/infer', all.body, all.headers)), expected),
  )

  const asked = [{ name: 'outputs', parameters: { binary_data: true } }]
  const one = binaryBody({ inputs: tensors, outputs: asked }, inputs, genomes)
  t.true(
    isAnswer(binaryRows(await server.post('/v2/models/p/infer', one.body, one.headers)), expected),
  )

  const mixed = binaryBody(
    {
      inputs: [
        tensors[0],
        { name: 'genome', shape: [5, 1], datatype: 'INT64', data: [0, 1, 2, 0, 1] },
      ],
    },
    inputs,
  )
  const { json } = await server.post('/v2/models/p/infer', mixed.body, mixed.headers)
  const { data } = json.outputs[0]
  t.true(
    isAnswer(
      [0, 2, 4, 6, 8].map((at) => data.slice(at, at + 2)),
      expected,
    ),
  )
})

async function load(server: Client, name: string, bytes: Uint8Array, config?: object) {
  return server.post(`/v2/repository/models/${name}/load`, {
    parameters: {
      ...(config && { config: JSON.stringify(config) }),
      'file:1/model.onnx': Buffer.from(bytes).toString('base64'),
    },
  })
}

test('loads, replaces and unloads models that clients bring', async (t) => {
  const server = await start(t, { allowLoad: true })
  const row = someRows(1)
  t.is((await server.post('/infer', { inputs: row })).status, 404)
  for (const one of population.slice(0, 2)) {
    t.is((await load(server, 'mine', exportOnnx(one), { backend: 'onnxruntime' })).status, 200)
    t.true(
      isAnswer((await server.post('/infer', { inputs: row })).json.outputs, [
        one.feedForward(row[0]),
      ]),
    )
  }
  t.deepEqual((await server.post('/v2/repository/index', {})).json, [
    { name: 'mine', version: '1', state: 'READY', reason: '' },
  ])
  t.is((await server.post('/v2/repository/models/mine/unload', {})).status, 200)
  t.is((await server.post('/infer', { inputs: row, model: 'mine' })).status, 404)
  t.is((await server.post('/v2/repository/models/mine/unload', {})).status, 404)
  t.like((await server.post('/v2/repository/index', undefined)).json[0], { state: 'UNAVAILABLE' })
  t.deepEqual((await server.post('/v2/repository/index', { ready: true })).json, [])
})

test('counts rows and runs apart', async (t) => {
  const server = await start(t, { models, batching: false })
  for (const count of [1, 4, 4])
    await server.post('/infer', { inputs: someRows(count), model: 'm' })
  await server.post('/infer', { inputs: [[3e38, 3e38, 3e38]], model: 'm' })
  const { json } = await server.get('/v2/models/m/stats')
  const [stat] = json.model_stats
  t.is(stat.name, 'm')
  t.is(stat.execution_count, 4)
  t.is(stat.inference_count, 10)
  t.is(stat.inference_stats.success.count + stat.inference_stats.fail.count, 4)
  t.deepEqual(
    stat.batch_stats.map((s: { batch_size: number; compute_infer: { count: number } }) => [
      s.batch_size,
      s.compute_infer.count,
    ]),
    [
      [1, 2],
      [4, 2],
    ],
  )
  t.is((await server.get('/v2/models/stats')).json.model_stats.length, 2)
})

test('describes its addresses as OpenAPI', async (t) => {
  const server = await start(t, { models })
  const { json } = await server.get('/docs/json')
  t.regex(json.openapi, /^3\./)
  t.true(Object.keys(json.paths).includes('/v2/models/{model}/infer'))
  t.truthy(json.paths['/infer'].post.requestBody)
})
