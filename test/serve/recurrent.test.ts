import test from 'ava'
import { Genome } from '#src/genome/genome.js'
import { isAnswer, someRows, start } from './harness.js'

/** A genome with a connection back, so that what it says depends on what it was told before. */
function recurrentGenome(): Genome {
  return Genome.fromJSON({
    ...{ format: 'neatron/genome', version: 1, inputs: 3, outputs: 2, recurrent: true },
    nodes: [
      ...[0, 1, 2].map((id) => ({ id, kind: 'input' })),
      { id: 3, kind: 'output', activation: 'tanh', bias: 0.1 },
      { id: 4, kind: 'output', activation: 'sigmoid' },
      { id: 5, kind: 'hidden', activation: 'tanh' },
    ],
    connections: [
      [0, 5, 0.7],
      [1, 5, -0.4],
      [5, 5, 0.9],
      [5, 3, 1.1],
      [3, 4, -0.8],
      [2, 4, 0.5],
      [4, 5, 0.6],
    ].map(([from, to, weight], innovation) => ({ innovation, from, to, weight, enabled: true })),
  })
}

const genome = recurrentGenome()
const models = [{ name: 'm', genome }]

/** The native answers to steps that follow each other. */
function episode(steps: readonly (readonly number[])[]): Float32Array[] {
  const network = genome.compile()
  return steps.map((row) => {
    const outputs = new Float32Array(2)
    network.feedForward(Float32Array.from(row), outputs)
    return outputs
  })
}

test('/infer answers with the state, and goes on from the one it is given', async (t) => {
  const server = await start(t, { models })
  const steps = someRows(6)
  const expected = episode(steps)
  let state: number[][] | undefined
  for (const [step, row] of steps.entries()) {
    const { status, json } = await server.post('/infer', { inputs: [row], state })
    t.is(status, 200)
    t.true(isAnswer(json.outputs, [expected[step]]), `step ${step}`)
    state = json.state
  }
  // Without a state each row is the first step of an episode of its own.
  const { json } = await server.post('/infer', { inputs: steps })
  const firsts = steps.map((row) => episode([row])[0])
  t.true(isAnswer(json.outputs, firsts))
  t.false(isAnswer(json.outputs, expected))
})

test('rows of different episodes share a request', async (t) => {
  const server = await start(t, { models })
  const episodes = [someRows(4), someRows(4).reverse()]
  const expected = episodes.map(episode)
  let state: number[][] | undefined
  for (let step = 0; step < 4; step += 1) {
    const inputs = episodes.map((steps) => steps[step])
    const { json } = await server.post('/infer', { inputs, state })
    t.true(
      isAnswer(
        json.outputs,
        expected.map((outputs) => outputs[step]),
      ),
    )
    state = json.state
  }
})

test('the Open Inference Protocol takes and gives the state as a tensor', async (t) => {
  const server = await start(t, { models })
  const { inputs, outputs } = (await server.get('/v2/models/m')).json
  t.deepEqual(
    inputs.map(({ name }: { name: string }) => name),
    ['inputs', 'state'],
  )
  t.deepEqual(
    outputs.map(({ name }: { name: string }) => name),
    ['outputs', 'state_out'],
  )
  const [, size] = inputs[1].shape
  const steps = someRows(4)
  const expected = episode(steps)
  let state = new Array(size).fill(0)
  for (const [step, row] of steps.entries()) {
    const tensors = [
      { name: 'inputs', datatype: 'FP32', shape: [1, 3], data: row },
      { name: 'state', datatype: 'FP32', shape: [1, size], data: state },
    ]
    const { json } = await server.post('/v2/models/m/infer', { inputs: tensors })
    t.true(isAnswer([json.outputs[0].data], [expected[step]]), `step ${step}`)
    state = json.outputs[1].data
  }
})

test('a state that does not fit is refused', async (t) => {
  const plain = Genome.random({ inputs: 3, outputs: 2 })
  const server = await start(t, { models: [...models, { name: 'plain', genome: plain }] })
  const inputs = someRows(2)
  const { state } = (await server.post('/infer', { inputs, model: 'm' })).json
  const wrong: readonly [body: object, code: string, message: RegExp][] = [
    [
      { state: [state[0]] },
      'INPUT_LENGTH',
      /state: expected 2 rows as in inputs, got an array of 1/,
    ],
    [{ state: state.map((row: number[]) => row.slice(1)) }, 'INPUT_LENGTH', /state\[0\]: expected/],
    [{ state: [['x'], ['y']] }, 'INPUT_LENGTH', /state\[0\]/],
    [{ state: 1 }, 'BODY_INVALID', /state: expected an array/],
    [{ state, model: 'plain' }, 'BODY_INVALID', /plain is not recurrent/],
  ]
  for (const [body, code, message] of wrong) {
    const reply = await server.post('/infer', { inputs, model: 'm', ...body })
    t.is(reply.status, 400)
    t.is(reply.json.code, code)
    t.regex(reply.json.error, message)
  }
})
