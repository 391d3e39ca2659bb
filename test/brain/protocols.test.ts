import test from 'ava'
import fc from 'fast-check'
import type { HttpReply } from '#src/brain/exchange.js'
import { InferProtocol } from '#src/brain/infer-protocol.js'
import { OipProtocol } from '#src/brain/oip-protocol.js'
import { serverInferNs } from '#src/brain/protocol.js'

const finite = fc.float({ noNaN: true, noDefaultInfinity: true })
const batches = fc.integer({ min: 1, max: 20 }).chain((rows) =>
  fc.integer({ min: 1, max: 6 }).chain((size) =>
    fc.record({
      rows: fc.constant(rows),
      genome: fc.uint32Array({ minLength: rows, maxLength: rows }),
      inputs: fc
        .array(finite, { minLength: rows * size, maxLength: rows * size })
        .map((values) => Float32Array.from(values)),
    }),
  ),
)

const reply = (body: string | Buffer, headers: Record<string, string> = {}): HttpReply => ({
  status: 200,
  headers,
  body: Buffer.from(body),
  ns: 1,
})

test('infer: every float32 arrives as it was, both ways', (t) => {
  const protocol = new InferProtocol('http://x')
  fc.assert(
    fc.property(batches, ({ rows, genome, inputs }) => {
      const { path, body } = protocol.encode({ rows, genome, inputs }, 'a "model"', true)
      t.is(path, '/infer')
      const sent = JSON.parse(body as string)
      t.is(sent.model, 'a "model"')
      t.deepEqual(sent.genome, [...genome])
      t.is(sent.inputs.length, rows)
      // JSON has no -0 by this way, and no model tells it from 0.
      t.deepEqual(
        Float32Array.from(sent.inputs.flat()),
        inputs.map((value) => value + 0),
      )
      const answer = reply(JSON.stringify({ outputs: sent.inputs }))
      t.deepEqual(
        protocol.decode(answer, rows, inputs.length / rows),
        inputs.map((value) => value + 0),
      )
    }),
  )
  t.false(
    'genome' in
      JSON.parse(
        protocol.encode(
          { rows: 1, genome: Uint32Array.of(0), inputs: Float32Array.of(1) },
          'm',
          false,
        ).body as string,
      ),
  )
})

test('OIP in JSON: the same, flat', (t) => {
  const protocol = new OipProtocol('http://x', false)
  fc.assert(
    fc.property(batches, ({ rows, genome, inputs }) => {
      const { path, body } = protocol.encode({ rows, genome, inputs }, 'a/model', true)
      t.is(path, '/v2/models/a%2Fmodel/infer')
      const [values, indices] = JSON.parse(body as string).inputs
      const size = inputs.length / rows
      t.like(values, { name: 'inputs', datatype: 'FP32', shape: [rows, size] })
      t.like(indices, { name: 'genome', datatype: 'INT64', shape: [rows], data: [...genome] })
      t.deepEqual(
        Float32Array.from(values.data),
        inputs.map((value) => value + 0),
      )
      const answer = { outputs: [{ ...values, name: 'outputs' }] }
      t.deepEqual(
        protocol.decode(reply(JSON.stringify(answer)), rows, size),
        inputs.map((value) => value + 0),
      )
    }),
  )
})

test('OIP in binary: bit for bit', (t) => {
  const protocol = new OipProtocol('http://x', true)
  fc.assert(
    fc.property(batches, fc.boolean(), ({ rows, genome, inputs }, population) => {
      const { body, headers } = protocol.encode({ rows, genome, inputs }, 'm', population)
      const bytes = Buffer.from(body as Uint8Array)
      const length = Number(headers?.['inference-header-content-length'])
      const { inputs: tensors, outputs } = JSON.parse(bytes.toString('utf8', 0, length))
      t.deepEqual(outputs, [{ name: 'outputs', parameters: { binary_data: true } }])
      t.is(tensors.length, population ? 2 : 1)
      t.is(tensors[0].parameters.binary_data_size, inputs.byteLength)
      const values = bytes.subarray(length, length + inputs.byteLength)
      t.deepEqual(new Float32Array(new Uint8Array(values).buffer), inputs)
      const indices = bytes.subarray(length + inputs.byteLength)
      t.deepEqual(
        [...new BigInt64Array(new Uint8Array(indices).buffer)].map(Number),
        population ? [...genome] : [],
      )
      // A tensor nobody asked for comes first, and must be skipped.
      const json = JSON.stringify({
        outputs: [
          { name: 'state', datatype: 'FP32', shape: [1], parameters: { binary_data_size: 4 } },
          {
            name: 'outputs',
            datatype: 'FP32',
            shape: [rows, inputs.length / rows],
            parameters: { binary_data_size: inputs.byteLength },
          },
        ],
      })
      const answer = reply(Buffer.concat([Buffer.from(json), Buffer.alloc(4), values]), {
        'inference-header-content-length': String(json.length),
      })
      t.deepEqual(protocol.decode(answer, rows, inputs.length / rows), inputs)
    }),
  )
})

test('OIP: a server may answer in JSON what was asked in binary, and nest its data', (t) => {
  const protocol = new OipProtocol('http://x', true)
  const outputs = [
    {
      name: 'outputs',
      datatype: 'FP32',
      shape: [2, 2],
      data: [
        [1, 2],
        [3, 4],
      ],
    },
  ]
  const json = JSON.stringify({ outputs })
  t.deepEqual(protocol.decode(reply(json), 2, 2), Float32Array.of(1, 2, 3, 4))
  const headers = { 'inference-header-content-length': String(json.length) }
  t.deepEqual(protocol.decode(reply(json, headers), 2, 2), Float32Array.of(1, 2, 3, 4))
})

const timings: [header: string | undefined, ns: number | null][] = [
  [undefined, null],
  ['', null],
  ['cache;dur=3', null],
  ['infer;dur=0.5', 500_000],
  ['queue;dur=0.01, infer;dur=1.25', 1_250_000],
  ['queue;dur=0.01,infer ; dur=2;desc="x"', 2_000_000],
  ['INFER;DUR=3', 3_000_000],
  ['preinfer;dur=9', null],
  ['infer;desc="x"', null],
  ['infer;dur="4"', 4_000_000],
]
for (const [header, ns] of timings) {
  test(`Server-Timing ${header}: ${ns}`, (t) => {
    t.is(serverInferNs(reply('', header === undefined ? {} : { 'server-timing': header })), ns)
  })
}
