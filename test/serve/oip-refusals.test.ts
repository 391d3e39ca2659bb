import test from 'ava'
import { binaryBody, smallGenome, start } from './harness.js'

const models = [
  { name: 'm', genome: smallGenome(1) },
  { name: 'p', genomes: [smallGenome(1), smallGenome(2), smallGenome(3)] },
]

const tensor = { name: 'inputs', shape: [1, 3], datatype: 'FP32', data: [1, 2, 3] }
const genomeTensor = { name: 'genome', shape: [1], datatype: 'INT64', data: [0] }
const binary = { ...tensor, data: undefined, parameters: { binary_data_size: 12 } }
const three = Float32Array.of(1, 2, 3)

const refused: readonly [why: string, path: string, body: object, message: RegExp][] = [
  ['no inputs', 'm', {}, /inputs: expected an array/],
  ['no tensor', 'm', { inputs: [] }, /at least one tensor/],
  ['a tensor that is none', 'm', { inputs: [5] }, /inputs\[0\] to be an object/],
  [
    'an unknown input',
    'm',
    { inputs: [{ ...tensor, name: 'x' }] },
    /no input "x"; the model has inputs/,
  ],
  ['an input twice', 'm', { inputs: [tensor, tensor] }, /given twice/],
  ['a missing input', 'p', { inputs: [tensor] }, /genome is missing/],
  ['another datatype', 'm', { inputs: [{ ...tensor, datatype: 'FP64' }] }, /FP32, got "FP64"/],
  ['an unknown datatype', 'm', { inputs: [{ ...tensor, datatype: 'X' }] }, /FP32, got "X"/],
  ['a shape too short', 'm', { inputs: [{ ...tensor, shape: [3] }] }, /\[rows, 3\], got \[3\]/],
  ['another width', 'm', { inputs: [{ ...tensor, shape: [1, 4] }] }, /\[rows, 3\], got \[1,4\]/],
  ['no rows', 'm', { inputs: [{ ...tensor, shape: [0, 3], data: [] }] }, /got \[0,3\]/],
  ['negative rows', 'm', { inputs: [{ ...tensor, shape: [-1, 3] }] }, /got \[-1,3\]/],
  ['a huge shape', 'm', { inputs: [{ ...tensor, shape: [1e15, 3] }] }, /needs 3000000000000000/],
  ['too few values', 'm', { inputs: [{ ...tensor, data: [1] }] }, /needs 3 values, got 1/],
  ['a value that is none', 'm', { inputs: [{ ...tensor, data: [1, 'a', 3] }] }, /element 1/],
  ['an unknown output', 'm', { inputs: [tensor], outputs: [{ name: 'y' }] }, /no output "y"/],
  [
    'unequal rows',
    'p',
    { inputs: [tensor, { ...genomeTensor, shape: [2], data: [0, 1] }] },
    /1 rows/,
  ],
  ['genome -1', 'p', { inputs: [tensor, { ...genomeTensor, data: [-1] }] }, /from 0 to 2, got -1/],
  ['genome P', 'p', { inputs: [tensor, { ...genomeTensor, data: [3] }] }, /from 0 to 2, got 3/],
  [
    'a fraction as genome',
    'p',
    { inputs: [tensor, { ...genomeTensor, data: [0.5] }] },
    /whole number/,
  ],
  ['an id that is none', 'm', { id: 5, inputs: [tensor] }, /id: expected a string/],
  [
    'an output asked for twice',
    'm',
    { inputs: [tensor], outputs: [{ name: 'outputs' }, { name: 'outputs' }] },
    /Output outputs is asked for twice/,
  ],
  ['binary without bytes', 'm', { inputs: [binary] }, /12, but 0 bytes are left/],
  [
    'another binary size',
    'm',
    { inputs: [{ ...binary, parameters: { binary_data_size: 8 } }] },
    /size 12, got 8/,
  ],
]

for (const [why, name, body, message] of refused) {
  test(`refuses ${why}`, async (t) => {
    const server = await start(t, { models })
    const reply = await server.post(`/v2/models/${name}/infer`, body)
    t.is(reply.status, 400)
    t.regex(reply.json.error, message)
  })
}

const badBinary: readonly [
  why: string,
  make: () => ReturnType<typeof binaryBody>,
  message: RegExp,
][] = [
  [
    'bytes left over',
    () => binaryBody({ inputs: [tensor] }, three),
    /12 bytes of binary data belong to no input/,
  ],
  [
    'bytes cut off',
    () => binaryBody({ inputs: [binary] }, three.subarray(1)),
    /12, but 8 bytes are left/,
  ],
  [
    'NaN',
    () => binaryBody({ inputs: [binary] }, Float32Array.of(1, Number.NaN, 3)),
    /element 1: .*NaN/,
  ],
  [
    'both kinds of data',
    () => binaryBody({ inputs: [{ ...binary, data: [1, 2, 3] }] }, three),
    /both/,
  ],
]

for (const [why, make, message] of badBinary) {
  test(`refuses ${why} in binary`, async (t) => {
    const server = await start(t, { models })
    const { body, headers } = make()
    const reply = await server.post('/v2/models/m/infer', body, headers)
    t.is(reply.status, 400)
    t.regex(reply.json.error, message)
  })
}

for (const length of ['x', '-1', '1e2', '999999', '1.5']) {
  test(`refuses a header length of ${length}`, async (t) => {
    const server = await start(t, { models })
    const { body, headers } = binaryBody({ inputs: [binary] }, three)
    headers['inference-header-content-length'] = length
    const reply = await server.post('/v2/models/m/infer', body, headers)
    t.is(reply.status, 400)
    t.regex(reply.json.error, /Inference-Header-Content-Length/)
  })
}
