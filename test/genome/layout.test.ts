import test from 'ava'
import { Genome } from '#src/genome/genome.js'
import * as layout from '#src/genome/layout.js'
import { activationNames, validateGenome } from '#src/native/addon.js'

const json = {
  format: 'neatron/genome',
  version: 1,
  inputs: 2,
  outputs: 1,
  nodes: [
    { id: 11, kind: 'input' },
    { id: 7, kind: 'output', activation: 'gaussian', bias: 0.25 },
    { id: 12, kind: 'input' },
    { id: 4_000_000_000, kind: 'hidden', activation: 'step', bias: -1.5 },
  ],
  connections: [
    { innovation: 90, from: 11, to: 7, weight: 0.5, enabled: false },
    { innovation: 4_294_967_295, from: 12, to: 4_000_000_000, weight: -2, enabled: true },
  ],
}

test('the activations are those of Rust, in its order', (t) => {
  t.deepEqual([...layout.ACTIVATIONS], activationNames())
})

test('what Rust packs is where the layout says', (t) => {
  const { words, floats } = Genome.fromJSON(json)
  t.is(words[layout.HEADER_NODES], 4)
  t.is(words[layout.HEADER_CONNECTIONS], 2)
  t.is(words[layout.HEADER_INPUTS], 2)
  t.is(words[layout.HEADER_OUTPUTS], 1)
  t.is(words[layout.HEADER_FLAGS], 0)
  json.nodes.forEach((node, index) => {
    const at = layout.HEADER_WORDS + index * layout.NODE_WORDS
    const shape = words[at + layout.NODE_SHAPE]
    t.is(words[at + layout.NODE_ID], node.id)
    t.is(layout.NODE_KINDS[shape & layout.KIND_MASK], node.kind as layout.NodeKind)
    t.is(
      layout.ACTIVATIONS[shape >>> layout.ACTIVATION_SHIFT],
      (node.activation ?? 'identity') as layout.Activation,
    )
    t.is(floats[at + layout.NODE_BIAS], node.bias ?? 0)
  })
  json.connections.forEach((gene, index) => {
    const at = layout.connectionsOffset(words) + index * layout.CONNECTION_WORDS
    t.is(words[at + layout.CONNECTION_INNOVATION], gene.innovation)
    t.is(words[at + layout.CONNECTION_FROM], gene.from)
    t.is(words[at + layout.CONNECTION_TO], gene.to)
    t.is(words[at + layout.CONNECTION_ENABLED], Number(gene.enabled))
    t.is(floats[at + layout.CONNECTION_WEIGHT], gene.weight)
  })
  t.is(words.length, layout.connectionsOffset(words) + 2 * layout.CONNECTION_WORDS)
})

test('the kinds have their numbers, and the flag is where Rust reads it', (t) => {
  t.is(layout.NODE_KINDS[layout.KIND_INPUT], 'input')
  t.is(layout.NODE_KINDS[layout.KIND_OUTPUT], 'output')
  t.is(layout.NODE_KINDS[layout.KIND_HIDDEN], 'hidden')
  const words = Genome.fromJSON({ ...json, recurrent: true }).words
  t.is(words[layout.HEADER_FLAGS], layout.FLAG_RECURRENT)
  t.notThrows(() => validateGenome(words))
})
