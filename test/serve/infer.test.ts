import test from 'ava'
import { Genome } from '#src/genome/genome.js'
import { isAnswer, overflowing, smallGenome, someRows, start } from './harness.js'

test('answers rows as the native network does', async (t) => {
  const genome = smallGenome()
  const server = await start(t, { models: [{ name: 'champion', genome }] })
  for (const count of [1, 2, 65]) {
    const inputs = someRows(count)
    const expected = inputs.map((row) => genome.feedForward(row))
    for (const body of [{ inputs }, { inputs, model: 'champion' }]) {
      const reply = await server.post('/infer', body)
      t.is(reply.status, 200)
      t.true(isAnswer(reply.json.outputs, expected))
    }
  }
})

test('tells in Server-Timing how long a request waited and ran, in milliseconds', async (t) => {
  const server = await start(t, { models: [{ name: 'm', genome: smallGenome() }] })
  const { headers } = await server.post('/infer', { inputs: someRows(1) })
  t.regex(String(headers['server-timing']), /^queue;dur=\d+\.\d+, infer;dur=\d+\.\d+$/)
})

test('a population answers each row with the genome it names', async (t) => {
  const genomes = [1, 2, 3].map((seed) => smallGenome(seed))
  const server = await start(t, { models: [{ name: 'p', genomes }] })
  const inputs = someRows(7)
  const genome = [2, 0, 1, 1, 0, 2, 2]
  const reply = await server.post('/infer', { inputs, genome })
  const expected = inputs.map((row, r) => genomes[genome[r]].feedForward(row))
  t.true(isAnswer(reply.json.outputs, expected))
})

test('a model of one genome takes index 0 and no other', async (t) => {
  const server = await start(t, { models: [{ name: 'm', genome: smallGenome() }] })
  t.is((await server.post('/infer', { inputs: someRows(2), genome: [0, 0] })).status, 200)
  t.is((await server.post('/infer', { inputs: someRows(2), genome: [0, 1] })).status, 400)
})

test('without a name, the model named default answers, or else the first', async (t) => {
  const [first, second] = [smallGenome(1), smallGenome(2)]
  const inputs = someRows(1)
  const models = [
    { name: 'a', genome: first },
    { name: 'b', genome: second },
  ]
  const plain = await start(t, { models })
  const named = await start(t, { models: [models[0], { name: 'default', genome: second }] })
  t.true(
    isAnswer((await plain.post('/infer', { inputs })).json.outputs, [first.feedForward(inputs[0])]),
  )
  t.true(
    isAnswer((await named.post('/infer', { inputs })).json.outputs, [
      second.feedForward(inputs[0]),
    ]),
  )
})

test('an output that overflows is 422 for its request only', async (t) => {
  const server = await start(t, { models: [{ name: 'm', genome: overflowing }] })
  const values = Array.from({ length: 40 }, (_, index) => (index === 20 ? 3e38 : index))
  const replies = await Promise.all(
    values.map((value) => server.post('/infer', { inputs: [[value]] })),
  )
  for (const [index, reply] of replies.entries()) {
    t.is(reply.status, index === 20 ? 422 : 200)
    if (index !== 20) t.deepEqual(reply.json, { outputs: [[8 * index]] })
  }
  t.is(replies[20].json.code, 'OUTPUT_NOT_FINITE')
})

const model = { name: 'm', genome: smallGenome() }
const population = { name: 'p', genomes: [smallGenome(1), smallGenome(2)] }

const refused: readonly [why: string, body: unknown, status: number, message: RegExp][] = [
  ['no body', undefined, 400, /JSON object/],
  ['not JSON', '{"inputs": [[1,2', 400, /not JSON/],
  ['JSON, no object', '[1]', 400, /object, got an array of 1/],
  ['null', 'null', 400, /object, got null/],
  ['no inputs', {}, 400, /inputs: .*got nothing/],
  ['no rows', { inputs: [] }, 400, /at least one row/],
  ['a flat row', { inputs: [1, 2, 3] }, 400, /inputs\[0\]: expected an array of 3 numbers, got 1/],
  [
    'a short row',
    {
      inputs: [
        [1, 2, 3],
        [1, 2],
      ],
    },
    400,
    /inputs\[1\]: expected 3 numbers, got 2/,
  ],
  ['a string', { inputs: [[1, '2', 3]] }, 400, /inputs\[0\]\[1\]: expected a number, got "2"/],
  ['null in a row', { inputs: [[1, null, 3]] }, 400, /got null/],
  ['infinity', '{"inputs": [[1, 1e999, 3]]}', 400, /finite/],
  ['beyond float32', { inputs: [[1, 2, 1e39]] }, 400, /float32, got 1e\+39/],
  ['an unknown field', { inputs: [[1, 2, 3]], rows: 1 }, 400, /"rows"/],
  ['a name that is none', { inputs: [[1, 2, 3]], model: 5 }, 400, /model: expected a name/],
  ['an unknown model', { inputs: [[1, 2, 3]], model: 'x' }, 404, /"x"; loaded: m, p/],
  ['no genome', { inputs: [[1, 2, 3]], model: 'p' }, 400, /genome: expected 1 indices/],
  ['genome -1', { inputs: [[1, 2, 3]], model: 'p', genome: [-1] }, 400, /from 0 to 1, got -1/],
  ['genome P', { inputs: [[1, 2, 3]], model: 'p', genome: [2] }, 400, /from 0 to 1, got 2/],
  ['genome 0.5', { inputs: [[1, 2, 3]], model: 'p', genome: [0.5] }, 400, /whole number/],
  ['too few genomes', { inputs: someRows(2), model: 'p', genome: [0] }, 400, /expected 2 indices/],
]

for (const [why, body, status, message] of refused) {
  test(`refuses ${why}`, async (t) => {
    const server = await start(t, { models: [model, population] })
    const reply = await server.post('/infer', body)
    t.is(reply.status, status)
    t.regex(reply.json.error, message)
  })
}

test('millions of empty rows are refused for what they are', async (t) => {
  const wide = Genome.random({ inputs: 3000, outputs: 1, connections: 1, seed: 1 })
  const server = await start(t, { models: [{ name: 'wide', genome: wide }] })
  const reply = await server.post('/infer', `{"inputs": [${'[],'.repeat(3e6)}[]]}`)
  t.is(reply.status, 400)
  t.regex(reply.json.error, /inputs\[0\]: expected 3000 numbers, got 0/)
})
