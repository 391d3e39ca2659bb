import test from 'ava'
import type { InferenceSession } from 'onnxruntime-node'
import { Genome } from '#src/genome/genome.js'
import { ACTIVATIONS, type Activation } from '#src/genome/layout.js'
import { Random } from '#src/neat/random.js'
import { exportOnnx } from '#src/onnx/export.js'
import { loadRuntime } from '#src/onnx/runtime.js'
import { scanModel } from '#src/onnx/scan.js'
import { run, sampleGenome, sampleNumbers } from './sample.js'

/** A genome whose outputs, all of one activation, read all inputs. */
function layer(activation: Activation, inputs = 1, outputs = 1, weight = 1): Genome {
  const from = Array.from({ length: inputs }, (_, id) => id)
  const to = Array.from({ length: outputs }, (_, at) => inputs + at)
  return Genome.fromJSON({
    format: 'neatron/genome',
    version: 1,
    inputs,
    outputs,
    nodes: [
      ...from.map((id) => ({ id, kind: 'input' as const })),
      ...to.map((id) => ({ id, kind: 'output' as const, activation })),
    ],
    connections: to.flatMap((node) =>
      from.map((id) => ({ innovation: node * inputs + id, from: id, to: node, weight })),
    ),
  })
}

function native(genome: Genome, inputs: Float32Array): Float32Array {
  const rows = inputs.length / genome.inputSize
  const outputs = new Float32Array(rows * genome.outputSize)
  genome.compile().feedForwardBatch(inputs, outputs, rows)
  return outputs
}

const exported = (genome: Genome) => exportOnnx(genome, { rounding: 'native' })

/** Finite numbers of every size, as many of each exponent, and as many again below 128. */
function numbersOfAllSizes(count: number): Float32Array {
  const random = new Random(1)
  const numbers = new Float32Array(
    Uint32Array.from({ length: count }, () => random.below(2 ** 32)).buffer,
  )
  return numbers.map((x, at) => (at % 2 === 0 && Number.isFinite(x) ? x : 128 * random.signed()))
}

/** Up to here half turns are exact in float32. */
const LARGEST_ANGLE = 2 ** 22 * Math.PI

for (const activation of ACTIVATIONS) {
  test(`${activation} has the native bits whatever its sum`, async (t) => {
    const numbers = numbersOfAllSizes(200_000)
    const inputs =
      activation === 'sin' ? numbers.filter((x) => Math.abs(x) < LARGEST_ANGLE) : numbers
    const genome = layer(activation)
    t.deepEqual(await run(exported(genome), inputs, inputs.length), native(genome, inputs))
  })

  test(`rows on which ${activation} overflows leave the others alone`, async (t) => {
    const genome = layer(activation, 2, 1, 8)
    const inputs = sampleNumbers(12, 1)
    const wild = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38]
    for (const number of wild) {
      inputs.set([number, -3e38], 4)
      const outputs = await run(exported(genome), inputs, 6)
      const others = (values: Float32Array) => values.filter((_, row) => row !== 2)
      t.deepEqual(others(outputs), others(native(genome, inputs)))
    }
  })
}

test('a runtime that fuses more, less or in threads finds the same bits', async (t) => {
  const { InferenceSession: Sessions, Tensor } = await loadRuntime()
  const options: InferenceSession.SessionOptions[] = [
    { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1 },
    { graphOptimizationLevel: 'extended', intraOpNumThreads: 1 },
    { graphOptimizationLevel: 'all', intraOpNumThreads: 2 },
  ]
  for (let seed = 0; seed < 20; seed += 1) {
    const genome = sampleGenome(seed, { inputs: 4, outputs: 3, hidden: 30, weights: 8 })
    const model = exported(genome)
    for (const rows of [1, 3, 200]) {
      const inputs = sampleNumbers(4 * rows, seed)
      const expected = native(genome, inputs)
      for (const option of options) {
        const session = await Sessions.create(model, option)
        const { outputs } = await session.run({ inputs: new Tensor('float32', inputs, [rows, 4]) })
        await session.release()
        t.deepEqual(outputs.data, expected)
      }
    }
  }
})

test('operators are as many for many connections and nodes as for few', (t) => {
  const operators = (genome: Genome) => scanModel(exported(genome)).nodes
  for (const activation of ACTIVATIONS) {
    t.is(operators(layer(activation, 60, 20)), operators(layer(activation, 2, 1)))
  }
})

test('nodes of few connections beside nodes of many have the native bits, and are padded little', async (t) => {
  const whole = layer('sigmoid', 300, 50, 0.1).toJSON()
  // The n-th node reads 300, 150, 100, 75, 60 ... of the inputs.
  const connections = whole.connections.filter(({ from, to }) => (1 + from) * (to - 299) <= 300)
  const genome = Genome.fromJSON({
    ...whole,
    connections: connections.map((gene, at) => ({ ...gene, weight: Math.sin(at) })),
  })
  const model = exported(genome)
  const inputs = sampleNumbers(300 * 20, 1)
  t.deepEqual(await run(model, inputs, 20), native(genome, inputs))
  t.deepEqual(await run(model, inputs.subarray(0, 300), 1), native(genome, inputs.slice(0, 300)))
  // A connection takes eight bytes, and unused room as many.
  const table = exported(layer('sigmoid')).length
  t.true(model.length - table < 2 * 8 * connections.length)
})

test('mixed sigmoids share their operators', async (t) => {
  const mixed = layer('sigmoid', 2, 3).toJSON()
  for (const [at, activation] of (['sigmoid', 'tanh', 'steepenedSigmoid'] as const).entries()) {
    mixed.nodes[2 + at].activation = activation
  }
  const genome = Genome.fromJSON(mixed)
  const model = exported(genome)
  t.is(scanModel(model).nodes, scanModel(exported(layer('tanh', 2, 3))).nodes)
  const inputs = sampleNumbers(2000, 1, 10)
  t.deepEqual(await run(model, inputs, 1000), native(genome, inputs))
})
