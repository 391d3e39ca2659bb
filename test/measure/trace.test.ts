import test from 'ava'
import { NeatBrain } from '#src/brain/neat-brain.js'
import { Genome } from '#src/genome/genome.js'
import { randomTrace, TraceRecorder } from '#src/measure/trace.js'
import { OUTPUT_LIMIT, verifyOutputs } from '#src/measure/verify.js'
import { Random } from '#src/neat/random.js'

const genomes = [1, 2, 3].map((seed) => Genome.random({ inputs: 2, outputs: 1, hidden: 2, seed }))

/** Asks rows whose first input names their genome and whose second their number. */
function record(rows: readonly [genome: number, count: number][]): TraceRecorder {
  const recorder = new TraceRecorder(NeatBrain.inProcess(), new Random(1))
  recorder.load(genomes)
  for (const [genome, count] of rows) {
    for (let n = 0; n < count; n++) {
      const inputs = Float32Array.of(genome, n)
      recorder.feedForwardRows(Uint32Array.of(genome), inputs, new Float32Array(1), 1)
    }
  }
  return recorder
}

test('a trace has the rows asked for, from every genome and all along its episode', (t) => {
  const counts: [number, number][] = [
    [0, 500],
    [1, 500],
    [2, 500],
  ]
  const { inputs } = record(counts).trace('test', genomes[0], 300)
  t.is(inputs.length, 600)
  for (const genome of [0, 1, 2]) {
    const numbers = Array.from({ length: 300 }, (_, row) => row)
      .filter((row) => inputs[2 * row] === genome)
      .map((row) => inputs[2 * row + 1])
    t.true(numbers.length >= 96, `${numbers.length} rows of genome ${genome}`)
    t.true(Math.min(...numbers) < 125 && Math.max(...numbers) >= 375)
  }
})

test('in a block of the population, each row is of its own genome', (t) => {
  const { populationInputs } = record([
    [0, 40],
    [1, 3],
    [2, 1],
  ]).trace('test', genomes[0], 8)
  t.is(populationInputs.length, 32 * 3 * 2)
  for (let row = 0; row < 96; row++) t.is(populationInputs[2 * row], row % 3)
})

test('a genome that never lived long enough for a row borrows one', (t) => {
  const { populationInputs } = record([[0, 2]]).trace('test', genomes[0], 8)
  t.true(populationInputs.every(Number.isFinite))
})

test('only the generation loaded last is in the trace', (t) => {
  const recorder = record([[0, 5]])
  recorder.load(genomes.slice(1))
  recorder.feedForwardRows(Uint32Array.of(1), Float32Array.of(9, 9), new Float32Array(1), 1)
  const { inputs, genomes: last } = recorder.trace('test', genomes[0], 4)
  t.deepEqual([...inputs], [9, 9, 9, 9, 9, 9, 9, 9])
  t.is(last.length, 2)
})

test('made-up rows repeat with their seed', (t) => {
  const rows = () => randomTrace('test', [genomes[0]], 16, new Random(4)).inputs
  t.deepEqual(rows(), rows())
  t.true(rows().every((value) => value >= -1 && value < 1))
})

test('outputs are compared relative to their size, and what is missing is infinitely wrong', (t) => {
  const native = Float32Array.of(0.5, 100)
  const { worst, rows } = verifyOutputs(Float32Array.of(0.5, 100.01), native, 1)
  t.true(worst > 0.9e-4 && worst < 1.1e-4)
  t.is(rows, 2)
  t.true(verifyOutputs(Float32Array.of(0.500001, 100), native, 1).worst < OUTPUT_LIMIT)
  t.is(verifyOutputs(Float32Array.of(0.5), native, 1).worst, Number.POSITIVE_INFINITY)
  t.is(verifyOutputs(Float32Array.of(0.5, Number.NaN), native, 1).worst, Number.POSITIVE_INFINITY)
})
