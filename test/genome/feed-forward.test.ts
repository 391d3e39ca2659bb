import test from 'ava'
import fc from 'fast-check'
import { Genome } from '#src/genome/genome.js'
import type { GenomeJSON } from '#src/genome/json.js'
import { ACTIVATIONS } from '#src/genome/layout.js'
import { Population } from '#src/genome/population.js'
import { bareGenome } from '../bare-genome.js'
import { activate, evaluate } from '../reference.js'
import { arbitraryGenome, arbitraryRow } from './arbitrary-genome.js'

const bits = (values: Float32Array) => [...new Uint32Array(values.slice().buffer)]

test('outputs are those of the reference, within the contract', (t) => {
  fc.assert(
    fc.property(
      arbitraryGenome.chain((json) => fc.tuple(fc.constant(json), arbitraryRow(json.inputs))),
      ([json, row]) => {
        const outputs = Genome.fromJSON(json).feedForward(row)
        const expected = evaluate(json, row)
        return expected.every(({ value, error }, o) => Math.abs(outputs[o] - value) <= error)
      },
    ),
    { numRuns: 500 },
  )
  t.pass()
})

test('a product too small for f32 is 0, and the reference allows it, whatever step makes of it', (t) => {
  const json: GenomeJSON = {
    format: 'neatron/genome',
    version: 1,
    inputs: 1,
    outputs: 1,
    nodes: [
      { id: 0, kind: 'input' },
      { id: 1, kind: 'output', activation: 'step', bias: 0 },
    ],
    connections: [{ innovation: 0, from: 0, to: 1, weight: 1e-19, enabled: true }],
  }
  const smallest = 2 ** -149
  t.deepEqual([...Genome.fromJSON(json).feedForward([smallest])], [0])
  const [{ value, error }] = evaluate(json, [smallest])
  t.is(value, 1)
  t.true(error >= 1)
})

test('every way of calling gives the same bits', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryGenome.chain((json) =>
        fc.tuple(fc.constant(json), fc.array(arbitraryRow(json.inputs), { minLength: 1 })),
      ),
      async ([json, rows]) => {
        const genome = Genome.fromJSON(json)
        const network = genome.compile()
        const inputs = Float32Array.from(rows.flat())
        const one = new Float32Array(json.inputs)
        const [direct, bound, single, batch, async, population] = Array.from(
          { length: 6 },
          () => new Float32Array(rows.length * json.outputs),
        )
        const answer = new Float32Array(json.outputs)
        const call = network.bind(one, answer)
        rows.forEach((row, r) => {
          const at = r * json.outputs
          direct.set(genome.feedForward(row), at)
          one.set(row)
          call()
          bound.set(answer, at)
          network.feedForward(one, answer)
          single.set(answer, at)
        })
        network.feedForwardBatch(inputs, batch, rows.length)
        await network.feedForwardBatchAsync(inputs, async, rows.length)
        const genomes = Population.compile([Genome.random(shape(json)), genome])
        genomes.feedForwardRows(
          new Uint32Array(rows.length).fill(1),
          inputs,
          population,
          rows.length,
        )
        genomes.inputs.set(rows[0], json.inputs)
        genomes.feedForward()
        t.deepEqual(bits(genomes.outputs.slice(json.outputs)), bits(direct.slice(0, json.outputs)))
        for (const other of [bound, single, batch, async, population]) {
          t.deepEqual(bits(other), bits(direct))
        }
      },
    ),
    { numRuns: 100 },
  )
})

const shape = ({ inputs, outputs }: { inputs: number; outputs: number }) => ({ inputs, outputs })

for (const activation of ACTIVATIONS) {
  test(`${activation} is within 1e-6 of the f64 value`, (t) => {
    const network = bareGenome(activation).compile()
    const exponents = Array.from({ length: 160 }, (_, step) => 10 ** (step / 4 - 38))
    // Beyond these, sin is not held to the contract, and steepenedSigmoid may overflow its slope.
    const limit = activation === 'sin' ? 1e4 : 3.4e38
    const inputs = Float32Array.from(
      [0, -0, ...exponents, ...exponents.map((x) => -x), ...[0.3, 1, 2.7, 9, 88, 104]].filter(
        (x) => Math.abs(x) <= limit,
      ),
    )
    const outputs = new Float32Array(inputs.length)
    network.feedForwardBatch(inputs, outputs, inputs.length)
    inputs.forEach((x, index) => {
      const expected = activate(activation, x)
      const error = Math.abs(outputs[index] - expected) / Math.max(1, Math.abs(expected))
      t.true(error <= 1e-6, `${activation}(${x}) is ${outputs[index]}, not ${expected}`)
    })
  })
}

test('a node without enabled connections is its activation of its bias', (t) => {
  const genome = Genome.fromJSON({
    format: 'neatron/genome',
    version: 1,
    inputs: 1,
    outputs: 2,
    nodes: [
      { id: 0, kind: 'input' },
      { id: 1, kind: 'output', activation: 'sigmoid', bias: 2 },
      { id: 2, kind: 'output', activation: 'identity' },
    ],
    connections: [{ innovation: 0, from: 0, to: 1, weight: 5, enabled: false }],
  })
  const [biased, plain] = genome.feedForward([7])
  t.true(Math.abs(biased - activate('sigmoid', 2)) <= 1e-6)
  t.is(plain, 0)
})
