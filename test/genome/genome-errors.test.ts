import test from 'ava'
import type { ErrorCode } from '#src/errors.js'
import { Genome } from '#src/genome/genome.js'
import { Population } from '#src/genome/population.js'

/** A valid genome with one hidden node, to break. */
const valid = () => ({
  format: 'neatron/genome',
  version: 1,
  inputs: 1,
  outputs: 1,
  nodes: [
    { id: 0, kind: 'input' },
    { id: 1, kind: 'output', activation: 'sigmoid', bias: 0.1 },
    { id: 5, kind: 'hidden', activation: 'tanh', bias: -0.3 },
  ],
  connections: [
    { innovation: 3, from: 0, to: 5, weight: 1.2, enabled: true },
    { innovation: 4, from: 5, to: 1, weight: -2, enabled: true },
  ],
})

/** The valid genome with some keys replaced. */
const broken = (change: (genome: ReturnType<typeof valid>) => object) => {
  const genome = valid()
  return { ...genome, ...change(genome) }
}

const withConnection = (gene: object) =>
  broken(({ connections }) => ({ connections: [...connections, gene] }))
const withNode = (gene: object) => broken(({ nodes }) => ({ nodes: [...nodes, gene] }))
const circular: Record<string, unknown> = {}
circular.self = circular

const REFUSED: [what: string, value: unknown, code: ErrorCode, message: RegExp][] = [
  ['undefined', undefined, 'GENOME_FORMAT', /undefined/],
  ['a function', () => 1, 'GENOME_FORMAT', /function/],
  ['null', null, 'GENOME_FORMAT', /null/],
  ['a number', 3, 'GENOME_FORMAT', /3/],
  ['an array', [], 'GENOME_FORMAT', /./],
  ['text', JSON.stringify(valid()), 'GENOME_FORMAT', /JSON\.parse/],
  ['a circular object', circular, 'GENOME_FORMAT', /circular/],
  ['a bigint', { version: 1n }, 'GENOME_FORMAT', /BigInt/],
  ['another format', broken(() => ({ format: 'x' })), 'GENOME_FORMAT', /x/],
  ['another version', broken(() => ({ version: 2 })), 'GENOME_FORMAT', /2/],
  ['no nodes', broken(() => ({ nodes: undefined })), 'GENOME_FORMAT', /nodes/],
  ['a count that is no number', broken(() => ({ inputs: '1' })), 'GENOME_FORMAT', /"1"/],
  ['a negative id', withNode({ id: -1, kind: 'input' }), 'GENOME_FORMAT', /-1/],
  ['an id of 33 bits', withNode({ id: 2 ** 32, kind: 'input' }), 'GENOME_FORMAT', /4294967296/],
  ['a fractional id', withNode({ id: 1.5, kind: 'input' }), 'GENOME_FORMAT', /1\.5/],
  ['an unknown kind', withNode({ id: 9, kind: 'bias' }), 'GENOME_FORMAT', /bias/],
  [
    'an unknown activation',
    withNode({ id: 9, kind: 'hidden', activation: 'cube' }),
    'GENOME_FORMAT',
    /cube/,
  ],
  ['a wrong count', broken(() => ({ inputs: 2 })), 'GENOME_NODE_KIND', /2/],
  ['an absurd count', broken(() => ({ outputs: 4e9 })), 'GENOME_NODE_KIND', /4000000000/],
  ['no nodes at all', broken(() => ({ nodes: [], connections: [] })), 'GENOME_NODE_KIND', /./],
  ['a hidden node without activation', withNode({ id: 9, kind: 'hidden' }), 'GENOME_FORMAT', /9/],
  [
    'an input with an activation',
    broken(({ nodes }) => ({ nodes: [{ ...nodes[0], activation: 'tanh' }, ...nodes.slice(1)] })),
    'GENOME_NODE_KIND',
    /0/,
  ],
  [
    'a connection into an input',
    withConnection({ innovation: 9, from: 5, to: 0, weight: 1 }),
    'GENOME_NODE_KIND',
    /0/,
  ],
  [
    'an unknown source',
    withConnection({ innovation: 9, from: 77, to: 5, weight: 1 }),
    'GENOME_UNKNOWN_NODE',
    /77/,
  ],
  [
    'an unknown target',
    withConnection({ innovation: 9, from: 0, to: 78, weight: 1 }),
    'GENOME_UNKNOWN_NODE',
    /78/,
  ],
  [
    'a duplicate node',
    withNode({ id: 5, kind: 'hidden', activation: 'tanh' }),
    'GENOME_DUPLICATE_NODE',
    /5/,
  ],
  [
    'a duplicate innovation',
    withConnection({ innovation: 3, from: 0, to: 1, weight: 1 }),
    'GENOME_DUPLICATE_INNOVATION',
    /3/,
  ],
  [
    'a NaN weight',
    withConnection({ innovation: 9, from: 0, to: 1, weight: Number.NaN }),
    'GENOME_NOT_FINITE',
    /weight of connection 9 is NaN/,
  ],
  [
    'an infinite bias',
    withNode({ id: 9, kind: 'hidden', activation: 'tanh', bias: Number.NEGATIVE_INFINITY }),
    'GENOME_NOT_FINITE',
    /bias of node 9 is -Infinity/,
  ],
  [
    'a weight beyond f32',
    withConnection({ innovation: 9, from: 0, to: 1, weight: 1e300 }),
    'GENOME_NOT_FINITE',
    /9/,
  ],
]

for (const [what, value, code, message] of REFUSED) {
  test(`fromJSON refuses ${what}`, (t) => {
    t.throws(() => Genome.fromJSON(value), { name: 'NeatronError', code, message })
  })
}

test('a genome survives JSON with the bits of its numbers', (t) => {
  const genome = Genome.random({ inputs: 5, outputs: 3, hidden: 20, seed: 1 })
  const copy = Genome.fromJSON(JSON.parse(JSON.stringify(genome)))
  t.deepEqual(copy.words, genome.words)
  t.like(genome.toJSON(), { format: 'neatron/genome', version: 1, inputs: 5, outputs: 3 })
})

test('compile names the nodes of a cycle', (t) => {
  const genome = Genome.fromJSON(withConnection({ innovation: 9, from: 5, to: 5, weight: 1 }))
  t.throws(() => genome.compile(), { code: 'GENOME_CYCLE', message: /5/ })
  t.throws(() => genome.feedForward([1]), { code: 'GENOME_CYCLE' })
})

test('a cycle of disabled connections is none', (t) => {
  const genome = Genome.fromJSON(
    withConnection({ innovation: 9, from: 5, to: 5, weight: 1, enabled: false }),
  )
  t.notThrows(() => genome.compile())
})

test('feedForward checks numbers in and out', (t) => {
  const genome = Genome.fromJSON(valid())
  const refuse = (inputs: unknown, code: ErrorCode) =>
    t.throws(() => genome.feedForward(inputs as number[]), { name: 'NeatronError', code })
  refuse([], 'INPUT_LENGTH')
  refuse([1, 2], 'INPUT_LENGTH')
  refuse(undefined, 'INPUT_LENGTH')
  refuse(null, 'INPUT_LENGTH')
  refuse(5, 'INPUT_LENGTH')
  refuse([Number.NaN], 'INPUT_NOT_FINITE')
  refuse([Number.POSITIVE_INFINITY], 'INPUT_NOT_FINITE')
  refuse([1e300], 'INPUT_NOT_FINITE')
  refuse(['1'], 'ARGUMENT_TYPE')
  refuse([null], 'ARGUMENT_TYPE')
  refuse([1n], 'ARGUMENT_TYPE')
  refuse([undefined], 'ARGUMENT_TYPE')
  const steep = Genome.fromJSON({
    ...valid(),
    nodes: [valid().nodes[0], { id: 1, kind: 'output', activation: 'identity' }],
    connections: [{ innovation: 0, from: 0, to: 1, weight: 3e38 }],
  })
  t.throws(() => steep.feedForward([10]), { code: 'OUTPUT_NOT_FINITE' })
  t.deepEqual(steep.feedForward([0]), new Float32Array(1))
})

const RANDOM_REFUSED: [options: unknown, code: ErrorCode][] = [
  [undefined, 'ARGUMENT_TYPE'],
  [null, 'ARGUMENT_TYPE'],
  [{}, 'ARGUMENT_TYPE'],
  [{ inputs: '2', outputs: 1 }, 'ARGUMENT_TYPE'],
  [{ inputs: 0, outputs: 1 }, 'ARGUMENT_RANGE'],
  [{ inputs: 2, outputs: 1.5 }, 'ARGUMENT_RANGE'],
  [{ inputs: 2, outputs: Number.NaN }, 'ARGUMENT_RANGE'],
  [{ inputs: 2 ** 31, outputs: 1 }, 'ARGUMENT_RANGE'],
  [{ inputs: 2, outputs: 1, hidden: -1 }, 'ARGUMENT_RANGE'],
  [{ inputs: 2, outputs: 1, connections: 1e12 }, 'ARGUMENT_RANGE'],
  [{ inputs: 2, outputs: 1, activations: 'tanh' }, 'ARGUMENT_TYPE'],
  [{ inputs: 2, outputs: 1, activations: ['cube'] }, 'ARGUMENT_RANGE'],
  [{ inputs: 2, outputs: 1, seed: -1 }, 'ARGUMENT_RANGE'],
]

test('random checks its options', (t) => {
  for (const [options, code] of RANDOM_REFUSED) {
    t.throws(() => Genome.random(options as never), { name: 'NeatronError', code })
  }
})

test('random makes what was asked for, and the same for the same seed', (t) => {
  const options = { inputs: 4, outputs: 2, hidden: 6, connections: 30, seed: 7 }
  const genome = Genome.random(options)
  t.is(genome.inputSize, 4)
  t.is(genome.outputSize, 2)
  t.is(genome.nodeCount, 12)
  t.is(genome.connectionCount, 30)
  t.deepEqual(Genome.random(options).words, genome.words)
  const linear = Genome.random({ ...options, activations: ['identity'] }).toJSON().nodes
  t.true(linear.every(({ kind, activation }) => kind === 'input' || activation === 'identity'))
})

test('a population is of one shape, and says which genome is not', (t) => {
  const genome = Genome.random({ inputs: 2, outputs: 1 })
  const refuse = (genomes: unknown, code: ErrorCode, message: RegExp) =>
    t.throws(() => Population.compile(genomes as Genome[]), { name: 'NeatronError', code, message })
  refuse([], 'POPULATION_SHAPE', /at least one/)
  refuse([genome, Genome.random({ inputs: 3, outputs: 1 })], 'POPULATION_SHAPE', /genome 1/)
  refuse([genome, Genome.random({ inputs: 2, outputs: 2 })], 'POPULATION_SHAPE', /genome 1/)
  refuse([genome, genome.toJSON()], 'ARGUMENT_TYPE', /genomes\[1\]/)
  refuse([genome, undefined], 'ARGUMENT_TYPE', /genomes\[1\]/)
  refuse('genomes', 'ARGUMENT_TYPE', /array/)
  refuse(undefined, 'ARGUMENT_TYPE', /array/)
  const cycle = Genome.fromJSON(withConnection({ innovation: 9, from: 1, to: 5, weight: 1 }))
  refuse([cycle], 'GENOME_CYCLE', /genome 0/)
})

test('packed words are checked when they are compiled', (t) => {
  for (const words of [
    [0, 0, 0, 0, 0],
    [9, 9, 9, 9, 0],
    [2, 0, 1, 1, 8],
  ]) {
    const genome = Genome.fromWords(Uint32Array.from(words))
    t.throws(() => genome.compile(), { name: 'NeatronError' })
    t.throws(() => genome.toJSON(), { name: 'NeatronError' })
    t.throws(() => Population.compile([genome]), { name: 'NeatronError' })
  }
})
