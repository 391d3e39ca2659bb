import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import test, { type ExecutionContext } from 'ava'
import { Genome } from '#src/genome/genome.js'
import { exportOnnx } from '#src/onnx/export.js'
import { scanModel } from '#src/onnx/scan.js'
import { LARGE_BODY, LARGE_BYTES, LARGE_NODES } from '#src/serve/large.js'
import { encode, type Fields, modelWith } from '../onnx/protobuf.js'
import { type Client, isAnswer, smallGenome, someRows, start } from './harness.js'

const small = smallGenome()

/** Its model takes a while to open, for its many nodes. */
const large = Genome.random({ inputs: 3, outputs: 2, hidden: 150, connections: 1500, seed: 2 })
const largeModel = exportOnnx(large, { rounding: 'native' })

/** How often it is loaded to keep the thread at it for far longer than small requests take. */
const OFTEN = 8

/** A model made long by a text of no meaning. */
const padded = (model: Fields): Uint8Array => encode([...model, [6, 'x'.repeat(LARGE_BYTES)]])

const modelOf = (body: Record<string, unknown>, bytes: Uint8Array) => ({
  parameters: { ...body, 'file:1/model.onnx': Buffer.from(bytes).toString('base64') },
})

const load = (server: Client, name: string, bytes: Uint8Array) =>
  server.post(`/v2/repository/models/${name}/load`, modelOf({}, bytes))

async function asks(server: Client, model: string, genome: Genome, rows: number): Promise<boolean> {
  const inputs = someRows(rows)
  const { json } = await server.post('/infer', { model, inputs })
  const expected = inputs.map((row) => genome.feedForward(row))
  return isAnswer(json.outputs, expected)
}

/** The state of a model by the index; undefined if it is not there. */
async function stateOf(server: Client, name: string): Promise<string | undefined> {
  const { json } = await server.post('/v2/repository/index', {})
  return json.find((entry: { name: string }) => entry.name === name)?.state
}

/** The number of open sessions, as `/metrics` tells. */
async function sessions(server: Client): Promise<number> {
  const { bytes } = await server.get('/metrics')
  return Number(/^neatron_sessions (\d+)$/m.exec(bytes.toString())?.[1])
}

/** Begins to load a model, and waits until that is under way. */
async function beginLoad(t: ExecutionContext, server: Client, name: string, bytes: Uint8Array) {
  const loading = load(server, name, bytes)
  while ((await stateOf(server, name)) !== 'LOADING');
  t.pass()
  // A promise alone would be awaited by whoever awaits this.
  return { loading }
}

test('the model of this test is large for its nodes alone', (t) => {
  t.true(scanModel(largeModel).nodes > LARGE_NODES)
  t.true(largeModel.length < LARGE_BYTES)
})

test.serial('while a large model is loaded, others are answered', async (t) => {
  const server = await start(t, { models: [{ name: 'small', genome: small }], allowLoad: true })
  const long = exportOnnx(large, { rounding: 'native', ids: ['x'.repeat(LARGE_BYTES)] })
  for (const model of [largeModel, long]) {
    const order: string[] = []
    const loads = Array.from({ length: OFTEN }, async (_, name) => {
      t.is((await load(server, String(name), model)).status, 200)
      order.push('loaded')
    })
    while ((await stateOf(server, '0')) !== 'LOADING');
    for (let count = 0; count < 3; count += 1) {
      t.true(await asks(server, 'small', small, 2))
      order.push('answered')
    }
    await Promise.all(loads)
    t.true(order.lastIndexOf('answered') < order.lastIndexOf('loaded'), order.join())
    t.true(await asks(server, '0', large, 2))
    for (const name of loads.keys()) {
      await server.post(`/v2/repository/models/${name}/unload`, {})
    }
  }
})

test.serial('a large model has one session, in the thread, for runs of any size', async (t) => {
  const server = await start(t, { allowLoad: true })
  t.is((await load(server, 'm', largeModel)).status, 200)
  t.is(await sessions(server), 1)
  for (const rows of [1, 300, 2]) t.true(await asks(server, 'm', large, rows))
  t.is(await sessions(server), 1)
  const [{ inference_count, execution_count, inference_stats }] = (
    await server.get('/v2/models/m/stats')
  ).json.model_stats
  t.is(inference_count, 303)
  t.is(execution_count, 3)
  t.is(inference_stats.success.count, 3)
  t.is((await server.post('/v2/repository/models/m/unload', {})).status, 200)
  t.is(await sessions(server), 0)
})

test.serial('what happens to one name happens in the order in which it was asked', async (t) => {
  const server = await start(t, { allowLoad: true })
  const unload = (name: string) => server.post(`/v2/repository/models/${name}/unload`, {})
  const { loading: first } = await beginLoad(t, server, 'm', largeModel)
  const second = load(server, 'm', exportOnnx(small))
  t.deepEqual([(await first).status, (await second).status], [200, 200])
  t.true(await asks(server, 'm', small, 1))
  t.is(await sessions(server), 1)

  const { loading: gone } = await beginLoad(t, server, 'gone', largeModel)
  const unloaded = unload('gone')
  t.deepEqual([(await gone).status, (await unloaded).status], [200, 200])
  t.is(await stateOf(server, 'gone'), 'UNAVAILABLE')
  t.is(await sessions(server), 1)
})

test.serial('a load of one name does not wait for one of another', async (t) => {
  const server = await start(t, { allowLoad: true })
  const order: string[] = []
  const slow = load(server, 'large', largeModel).then(() => order.push('large'))
  while ((await stateOf(server, 'large')) !== 'LOADING');
  await load(server, 'small', exportOnnx(small))
  order.push('small')
  await slow
  t.deepEqual(order, ['small', 'large'])
})

test.serial('a load under way when the server is stopped is answered', async (t) => {
  const server = await start(t, { allowLoad: true })
  const loading = load(server, 'm', largeModel)
  while ((await stateOf(server, 'm')) !== 'LOADING');
  const closed = server.close()
  t.is((await loading).status, 200)
  await closed
})

test.serial('when the thread ends, what it does fails with 500, and goes on anew', async (t) => {
  const server = await start(t, { allowLoad: true })
  const started = once(process, 'worker')
  const first = load(server, 'm', largeModel)
  const [thread] = (await started) as [Worker]
  await thread.terminate()
  const lost = await first
  t.is(lost.status, 500)
  t.is(lost.json.code, 'INTERNAL')
  t.notRegex(lost.json.error, /thread|exit/)
  t.is(await sessions(server), 0)
  t.like((await server.post('/v2/repository/index', {})).json, [
    { name: 'm', state: 'UNAVAILABLE', reason: 'a fault of the server' },
  ])

  const restarted = once(process, 'worker')
  t.is((await load(server, 'm', largeModel)).status, 200)
  const [another] = (await restarted) as [Worker]
  await another.terminate()
  t.is(await sessions(server), 0)
  t.true(await asks(server, 'm', large, 3))
  t.is(await sessions(server), 1)
})

const refused: Readonly<Record<string, Fields>> = {
  'external data': [
    [1, 8],
    [
      7,
      [
        [
          5,
          [
            [8, 'w'],
            [14, 1],
          ],
        ],
      ],
    ],
  ],
  'a custom operator': [
    [1, 8],
    [7, [[1, [[7, 'com.example']]]]],
  ],
  'operators that there are not': [
    [1, 8],
    [
      7,
      [
        [
          1,
          [
            [4, 'Nope'],
            [2, 'y'],
          ],
        ],
      ],
    ],
  ],
  'no graph': [[1, 8]],
  'no inputs': [
    [1, 8],
    [7, []],
    [8, [[2, 17]]],
  ],
}

for (const [what, model] of Object.entries(refused)) {
  test(`a large model with ${what} is refused like a small one`, async (t) => {
    const server = await start(t, { allowLoad: true })
    const here = await load(server, 'here', encode(model))
    const away = await load(server, 'away', padded(model))
    t.is(here.status, 400)
    t.is(here.json.code, 'MODEL_REFUSED')
    t.deepEqual(away.json, here.json)
    const { json } = await server.post('/v2/repository/index', {})
    t.deepEqual(
      json.map(({ reason }: { reason: string }) => reason),
      [here.json.error, here.json.error],
    )
    t.is(await sessions(server), 0)
  })
}

test('large bytes that are no model are refused like few', async (t) => {
  const server = await start(t, { allowLoad: true })
  const bytes = modelWith([]).slice(0, -1)
  const here = await load(server, 'here', bytes)
  const away = await load(server, 'away', new Uint8Array(LARGE_BYTES + 1).fill(0xff))
  t.is(here.json.code, 'MODEL_REFUSED')
  t.is(away.json.code, 'MODEL_REFUSED')
  t.regex(away.json.error, /^The bytes are not an ONNX model: /)
})

test('a large body is refused like a small one', async (t) => {
  const server = await start(t, { allowLoad: true })
  const post = (body: string | object) => server.post('/v2/repository/models/m/load', body)
  const space = ' '.repeat(LARGE_BODY)
  for (const body of ['', '{}', '[]', '{"parameters": 1}', '{"parameters": {"file:1": ""}}']) {
    const [few, many] = [await post(body), await post(`${body}${space}`)]
    t.is(few.status, 400, body)
    t.is(few.json.code, 'BODY_INVALID')
    if (body !== '') t.deepEqual(many.json, few.json)
    t.is(many.json.code, 'BODY_INVALID')
  }
  const config = JSON.stringify({ backend: 'onnxruntime', note: space })
  const whole = modelOf({ config }, exportOnnx(small))
  t.is((await post(whole)).status, 200)
  t.is((await server.get('/v2/models/m/config')).json.note, space)
  whole.parameters['file:1/model.onnx'] += '*'
  t.regex((await post(whole)).json.error, /expected base64/)
  t.regex((await server.get('/metrics')).bytes.toString(), /^neatron_queue_bytes 0$/m)
})
