import test from 'ava'
import type { ErrorCode } from '#src/errors.js'
import { Genome } from '#src/genome/genome.js'
import { Population } from '#src/genome/population.js'

const genome = Genome.random({ inputs: 3, outputs: 2, hidden: 4, seed: 1 })
const network = genome.compile()
const recurrent = genome.compile({ recurrent: true })
const floats = (length: number) => new Float32Array(length)

/** An array whose memory has been transferred away. */
function detached(length: number): Float32Array {
  const array = floats(length)
  structuredClone(array, { transfer: [array.buffer] })
  return array
}

/** An array that a resizable buffer has left behind. */
function shrunk(length: number): Float32Array {
  const Resizable = ArrayBuffer as unknown as new (
    bytes: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer & { resize(bytes: number): void }
  const buffer = new Resizable(4 * length, { maxByteLength: 1 << 16 })
  const array = new Float32Array(buffer, 0, length)
  buffer.resize(4)
  return array
}

const shared = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length))
const views = (buffer: ArrayBuffer, at: number, length: number) =>
  new Float32Array(buffer, at, length)
const buffer = new ArrayBuffer(64)

/** An array whose own `length` lies. */
function liar(length: number, told: number): Float32Array {
  return Object.defineProperty(floats(length), 'length', { value: told })
}

const PAIRS: [what: string, inputs: unknown, outputs: unknown, code: ErrorCode][] = [
  ['short inputs', floats(2), floats(2), 'INPUT_LENGTH'],
  ['long inputs', floats(4), floats(2), 'INPUT_LENGTH'],
  ['no inputs', floats(0), floats(2), 'INPUT_LENGTH'],
  ['short outputs', floats(3), floats(1), 'OUTPUT_LENGTH'],
  ['long outputs', floats(3), floats(3), 'OUTPUT_LENGTH'],
  ['inputs whose length lies', liar(1, 3), floats(2), 'INPUT_LENGTH'],
  ['undefined', undefined, floats(2), 'ARGUMENT_TYPE'],
  ['null outputs', floats(3), null, 'ARGUMENT_TYPE'],
  ['an array', [1, 2, 3], floats(2), 'ARGUMENT_TYPE'],
  ['a Float64Array', new Float64Array(3), floats(2), 'ARGUMENT_TYPE'],
  ['an Int32Array', floats(3), new Int32Array(2), 'ARGUMENT_TYPE'],
  ['an Int8Array', new Int8Array(3), floats(2), 'ARGUMENT_TYPE'],
  ['a DataView', new DataView(buffer), floats(2), 'ARGUMENT_TYPE'],
  ['a pretender', Object.create(Float32Array.prototype), floats(2), 'ARGUMENT_TYPE'],
  ['a proxy', new Proxy(floats(3), {}), floats(2), 'ARGUMENT_TYPE'],
  ['detached inputs', detached(3), floats(2), 'BUFFER_DETACHED'],
  ['detached outputs', floats(3), detached(2), 'BUFFER_DETACHED'],
  ['shrunk inputs', shrunk(3), floats(2), 'INPUT_LENGTH'],
  ['shrunk outputs', floats(3), shrunk(2), 'OUTPUT_LENGTH'],
  ['shared inputs', shared(3), floats(2), 'BUFFER_SHARED'],
  ['shared outputs', floats(3), shared(2), 'BUFFER_SHARED'],
  ['overlap', views(buffer, 0, 3), views(buffer, 8, 2), 'BUFFERS_OVERLAP'],
  ['overlap from behind', views(buffer, 4, 3), views(buffer, 0, 2), 'BUFFERS_OVERLAP'],
  ['containment', views(buffer, 0, 3), views(buffer, 0, 2), 'BUFFERS_OVERLAP'],
]

for (const [what, inputs, outputs, code] of PAIRS) {
  const refused = { name: 'NeatronError', code }
  const pair = [inputs as Float32Array, outputs as Float32Array] as const
  test(`feedForward and bind refuse ${what}`, (t) => {
    for (const either of [network, recurrent]) {
      t.throws(() => either.feedForward(...pair), refused)
      t.throws(() => either.bind(...pair), refused)
    }
  })
  // A batch may be longer than its rows.
  if (!what.startsWith('long')) {
    test(`batches refuse ${what}`, async (t) => {
      for (const either of [network, recurrent]) {
        t.throws(() => either.feedForwardBatch(...pair, 1), refused)
        // The asynchronous call computes from a copy.
        if (code === 'BUFFERS_OVERLAP') continue
        await t.throwsAsync(either.feedForwardBatchAsync(...pair, 1), refused)
      }
      const population = Population.compile([genome])
      t.throws(() => population.feedForwardRows(new Uint32Array(1), ...pair, 1), refused)
    })
  }
}

test('neighbours in one buffer do not overlap', (t) => {
  t.notThrows(() => network.feedForward(views(buffer, 0, 3), views(buffer, 12, 2)))
  t.notThrows(() => network.feedForward(views(buffer, 8, 3), views(buffer, 0, 2)))
})

const ROWS: [rows: unknown, code: ErrorCode][] = [
  [0, 'ROWS_RANGE'],
  [-1, 'ROWS_RANGE'],
  [1.5, 'ROWS_RANGE'],
  [Number.NaN, 'ROWS_RANGE'],
  [Number.POSITIVE_INFINITY, 'ROWS_RANGE'],
  [2 ** 53, 'ROWS_RANGE'],
  [3, 'INPUT_LENGTH'],
  [undefined, 'ARGUMENT_TYPE'],
  ['1', 'ARGUMENT_TYPE'],
  [1n, 'ARGUMENT_TYPE'],
  [{}, 'ARGUMENT_TYPE'],
]

test('rows must be a whole number that fits', async (t) => {
  for (const [rows, code] of ROWS) {
    const refused = { name: 'NeatronError', code }
    const call = [floats(6), floats(4), rows as number] as const
    t.throws(() => network.feedForwardBatch(...call), refused, String(rows))
    await t.throwsAsync(network.feedForwardBatchAsync(...call), refused, String(rows))
    t.throws(
      () => Population.compile([genome]).feedForwardRows(new Uint32Array(2 ** 16), ...call),
      refused,
      String(rows),
    )
  }
  t.throws(() => network.feedForwardBatch(floats(6), floats(3), 2), { code: 'OUTPUT_LENGTH' })
  t.throws(() => network.feedForwardBatch(floats(6), floats(4), 2 ** 31), { code: 'INPUT_LENGTH' })
})

test('batch arrays may be longer than their rows, and the rest is left alone', (t) => {
  const outputs = floats(6).fill(-7)
  network.feedForwardBatch(floats(30), outputs, 2)
  t.deepEqual([...outputs.subarray(4)], [-7, -7])
  t.notDeepEqual([...outputs.subarray(0, 4)], [-7, -7, -7, -7])
})

test('feedForwardRows checks genome indices and writes nothing if one is wrong', (t) => {
  const population = Population.compile([genome, genome])
  const outputs = floats(4)
  const refuse = (indices: unknown, code: ErrorCode, rows = 2) =>
    t.throws(() => population.feedForwardRows(indices as Uint32Array, floats(6), outputs, rows), {
      name: 'NeatronError',
      code,
    })
  refuse(Uint32Array.of(0, 2), 'GENOME_INDEX')
  refuse(Uint32Array.of(0, 2 ** 32 - 1), 'GENOME_INDEX')
  refuse(Uint32Array.of(0), 'GENOME_LENGTH')
  refuse([0, 1], 'ARGUMENT_TYPE')
  refuse(Int32Array.of(0, 1), 'ARGUMENT_TYPE')
  refuse(undefined, 'ARGUMENT_TYPE')
  refuse(new Uint32Array(outputs.buffer, 0, 2), 'BUFFERS_OVERLAP')
  t.deepEqual(outputs, floats(4))
})

/** What the type library of Node leaves out. */
interface WithWebAssembly {
  WebAssembly: {
    Memory: new (options: {
      initial: number
    }) => { buffer: ArrayBuffer; grow(pages: number): number }
  }
}

test('a bound call notices that its memory is gone', (t) => {
  for (const lost of ['inputs', 'outputs'] as const) {
    const arrays = { inputs: floats(3), outputs: floats(2) }
    const call = network.bind(arrays.inputs, arrays.outputs)
    call()
    // A lie about the length must not hide it.
    Object.defineProperty(arrays[lost], 'length', { value: arrays[lost].length })
    structuredClone(0, { transfer: [arrays[lost].buffer as ArrayBuffer] })
    t.throws(call, { name: 'NeatronError', code: 'BUFFER_DETACHED' })
  }
  const { WebAssembly } = globalThis as unknown as WithWebAssembly
  const memory = new WebAssembly.Memory({ initial: 1 })
  const call = network.bind(new Float32Array(memory.buffer, 0, 3), floats(2))
  call()
  memory.grow(1)
  t.throws(call, { code: 'BUFFER_DETACHED' })
})

test('calls with the arrays of the call before compute, and notice lost memory, just the same', (t) => {
  const [inputs, outputs, expected] = [floats(3), floats(2), floats(2)]
  for (let call = 0; call < 200; call++) {
    inputs[0] = call / 100
    network.feedForward(inputs, outputs)
    network.bind(inputs, expected)()
    t.deepEqual(outputs, expected)
  }
  structuredClone(0, { transfer: [inputs.buffer as ArrayBuffer] })
  t.throws(() => network.feedForward(inputs, outputs), { code: 'BUFFER_DETACHED' })
  t.throws(() => network.feedForward(floats(2), outputs), { code: 'INPUT_LENGTH' })
  t.notThrows(() => network.feedForward(floats(3), outputs))
})

test('batches of the arrays of the call before compute, and notice lost memory, just the same', (t) => {
  for (const options of [{}, { recurrent: true }]) {
    const [remembering, other] = [genome.compile(options), genome.compile(options)]
    const [inputs, outputs] = [floats(9), floats(8).fill(-7)]
    for (let call = 0; call < 300; call++) {
      // So many calls of three rows, of two, of three.
      const rows = call < 100 || call >= 200 ? 3 : 2
      inputs[call % 9] = call / 300
      remembering.feedForwardBatch(inputs, outputs, rows)
      const expected = floats(6)
      other.feedForwardBatch(inputs.slice(), expected, rows)
      t.deepEqual(outputs.subarray(0, 2 * rows), expected.subarray(0, 2 * rows))
    }
    t.deepEqual([...outputs.subarray(6)], [-7, -7])
    t.throws(() => remembering.feedForwardBatch(inputs, outputs, 4), { code: 'INPUT_LENGTH' })
    for (let call = 0; call < 100; call++) remembering.feedForwardBatch(inputs, outputs, 3)
    structuredClone(0, { transfer: [outputs.buffer as ArrayBuffer] })
    for (let call = 0; call < 100; call++) {
      t.throws(() => remembering.feedForwardBatch(inputs, outputs, 3), {
        name: 'NeatronError',
        code: 'BUFFER_DETACHED',
      })
    }
    for (let call = 0; call < 100; call++) {
      t.throws(() => remembering.feedForwardBatch(inputs, [1] as never, 3), {
        name: 'NeatronError',
        code: 'ARGUMENT_TYPE',
      })
    }
  }
})

test('an asynchronous batch reads its inputs at once, and notices lost outputs', async (t) => {
  const inputs = floats(3).fill(0.5)
  const expected = floats(2)
  network.feedForward(inputs, expected)
  const outputs = floats(2)
  const pending = network.feedForwardBatchAsync(inputs, outputs, 1)
  inputs.fill(9)
  t.deepEqual(outputs, floats(2))
  await pending
  t.deepEqual(outputs, expected)
  const lost = floats(2)
  const failing = network.feedForwardBatchAsync(inputs, lost, 1)
  structuredClone(0, { transfer: [lost.buffer] })
  await t.throwsAsync(failing, { name: 'NeatronError', code: 'BUFFER_DETACHED' })
})

test('a population notices that its rows are gone, and that it was disposed of', (t) => {
  const population = Population.compile([genome])
  population.feedForward()
  structuredClone(0, { transfer: [population.inputs.buffer as ArrayBuffer] })
  t.throws(() => population.feedForward(), { code: 'BUFFER_DETACHED' })
  population.dispose()
  population.dispose()
  t.throws(() => population.feedForwardRows(new Uint32Array(1), floats(3), floats(2), 1), {
    name: 'NeatronError',
    code: 'POPULATION_DISPOSED',
  })
})

test('a network tells how much memory it takes', (t) => {
  const large = Genome.random({ inputs: 3, outputs: 2, hidden: 100, connections: 1000 }).compile()
  t.true(network.byteLength > 0)
  t.true(large.byteLength > network.byteLength + 4 * 900)
})
