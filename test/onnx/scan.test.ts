import test from 'ava'
import { MalformedModel, type ModelFacts, scanModel } from '#src/onnx/scan.js'
import { encode, type Fields, modelWith, nodeWith } from './protobuf.js'

const external: Fields = [
  [8, 'hidden'],
  [14, 1],
]
const externalByEntry: Fields = [
  [8, 'hidden'],
  [
    13,
    [
      [1, 'location'],
      [2, '/etc/passwd'],
    ],
  ],
]
const subgraph = (fields: Fields): Fields => nodeWith([[6, fields]])

/** Every place where an ONNX model can keep a tensor, with one whose data lies elsewhere. */
const places: readonly [place: string, model: Uint8Array][] = [
  ['an initializer', modelWith([[5, external]])],
  ['an initializer without a location', modelWith([[5, externalByEntry]])],
  ['values of a sparse initializer', modelWith([[15, [[1, external]]]])],
  ['indices of a sparse initializer', modelWith([[15, [[2, external]]]])],
  ['an attribute', modelWith([[1, nodeWith([[5, external]])]])],
  ['a list of an attribute', modelWith([[1, nodeWith([[10, external]])]])],
  ['a sparse attribute', modelWith([[1, nodeWith([[22, [[1, external]]]])]])],
  ['a list of sparse attributes', modelWith([[1, nodeWith([[23, [[2, external]]]])]])],
  ['a subgraph', modelWith([[1, subgraph([[5, external]])]])],
  ['a list of subgraphs', modelWith([[1, nodeWith([[11, [[5, external]]]])]])],
  [
    'a subgraph of a subgraph',
    modelWith([[1, subgraph([[1, subgraph([[1, nodeWith([[5, external]])]])]])]]),
  ],
  ['a function', modelWith([], [[25, [[7, nodeWith([[5, external]])]]]])],
  ["a function's default", modelWith([], [[25, [[11, [[5, external]]]]]])],
]

for (const [place, model] of places) {
  test(`finds external data in ${place}`, (t) => {
    t.deepEqual(scanModel(model).externalTensors, ['hidden'])
  })
}

const foreign = { domain: 'com.example' }
const domains: readonly [place: string, model: Uint8Array][] = [
  ['an import', modelWith([], [[8, [[1, foreign.domain]]]])],
  ['a node', modelWith([[1, [[7, foreign.domain]]]])],
  ['a node of a subgraph', modelWith([[1, subgraph([[1, [[7, foreign.domain]]]])]])],
  ['a function', modelWith([], [[25, [[10, foreign.domain]]]])],
  ['a node of a function', modelWith([], [[25, [[7, [[7, foreign.domain]]]]]])],
  ['an import of a function', modelWith([], [[25, [[9, [[1, foreign.domain]]]]]])],
]

for (const [place, model] of domains) {
  test(`finds the domain of ${place}`, (t) => {
    t.true(scanModel(model).domains.has(foreign.domain))
  })
}

test('counts nodes and tensors everywhere, and sees training graphs', (t) => {
  const inner = subgraph([
    [1, nodeWith([[5, []]])],
    [5, []],
  ])
  const facts = scanModel(modelWith([[1, inner]], [[25, [[7, []]]]]))
  t.like(facts satisfies ModelFacts, { nodes: 3, tensors: 2, training: false })
  t.true(scanModel(modelWith([], [[20, []]])).training)
})

test('refuses subgraphs without end', (t) => {
  let graph: Fields = []
  for (let depth = 0; depth < 40; depth += 1) graph = [[1, subgraph(graph)]]
  t.throws(() => scanModel(encode([[7, graph]])), {
    instanceOf: MalformedModel,
    message: /nested too deep/,
  })
})

test('refuses a location of another wire type, which would hide what follows from the scan', (t) => {
  const swallowed = encode(externalByEntry)
  const disguise = Uint8Array.of((9 << 3) | 2, swallowed.length)
  const tensor = Buffer.concat([encode([[14, disguise]]), swallowed])
  t.throws(() => scanModel(modelWith([[5, tensor]])), {
    instanceOf: MalformedModel,
    message: /wire type/,
  })
})
