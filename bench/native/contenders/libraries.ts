/**
 * The NEAT libraries of npm. neataptic is the one that most people find; carrot, its successor,
 * is the best known after it, and the only other that takes a given topology and is of a size to
 * install (master-neat, another descendant, brings 138 MB). carrot's published bundle does not
 * load in Node, so its sources are measured. Both walk a graph of objects; `noTraceActivate` is
 * their fastest call.
 */
import { createRequire } from 'node:module'
import type { NodeJSON } from '#src/genome/json.js'
import type { Activation } from '#src/genome/layout.js'
import { planGenome } from '#src/native/addon.js'
import { activate } from '../../../test/reference.js'
import type { Contender, MakeContenders } from '../contender.js'
import type { Measured } from '../genomes.js'

interface LibraryNode {
  squash: (x: number) => number
}
interface LibraryNetwork {
  nodes: LibraryNode[]
  noTraceActivate(inputs: number[]): number[]
}
interface Library {
  Network: { fromJSON(json: object): LibraryNetwork }
}

const require = createRequire(import.meta.url)

/** Their own function where they have one; the reference's where not. */
const SQUASHES: Partial<Record<Activation, string>> = {
  identity: 'IDENTITY',
  sigmoid: 'LOGISTIC',
  tanh: 'TANH',
  relu: 'RELU',
  gaussian: 'GAUSSIAN',
  sin: 'SINUSOID',
  abs: 'ABSOLUTE',
  step: 'STEP',
}

/** The nodes in the order that the libraries compute them: inputs, hidden by depth, outputs. */
function ordered({ genome }: Measured): { nodes: NodeJSON[]; connections: object[] } {
  const json = genome.toJSON()
  const depthOrder = new Map([...planGenome(genome.words).nodeIds].map((id, at) => [id, at]))
  const rank = { input: 0, hidden: 1, output: 2 }
  const nodes = json.nodes
    .filter(({ id, kind }) => kind !== 'hidden' || depthOrder.has(id))
    .map((node, listed) => ({ node, listed }))
    .sort(
      (a, b) =>
        rank[a.node.kind] - rank[b.node.kind] ||
        (a.node.kind === 'hidden'
          ? depthOrder.get(a.node.id)! - depthOrder.get(b.node.id)!
          : a.listed - b.listed),
    )
    .map(({ node }) => node)
  const position = new Map(nodes.map(({ id }, at) => [id, at]))
  const connections = json.connections
    .filter(({ enabled, from, to }) => enabled && position.has(from) && position.has(to))
    .map(({ from, to, weight }) => ({
      from: position.get(from),
      to: position.get(to),
      weight,
      gater: null,
    }))
  return { nodes, connections }
}

function make(name: string, { Network }: Library, measured: Measured, rows: number): Contender {
  const { genome, inputs } = measured
  const { nodes, connections } = ordered(measured)
  const indices = (kind: string) =>
    nodes.flatMap((node, index) => (node.kind === kind ? [index] : []))
  const network = Network.fromJSON({
    // The names of neataptic, and of carrot.
    input: genome.inputSize,
    output: genome.outputSize,
    input_size: genome.inputSize,
    output_size: genome.outputSize,
    input_nodes: indices('input'),
    output_nodes: indices('output'),
    dropout: 0,
    nodes: nodes.map(({ kind, activation, bias }) => ({
      type: kind,
      bias: bias ?? 0,
      mask: 1,
      squash: SQUASHES[activation ?? 'identity'] ?? 'LOGISTIC',
    })),
    connections,
  })
  nodes.forEach(({ activation }, index) => {
    if (activation !== undefined && SQUASHES[activation] === undefined) {
      network.nodes[index].squash = (x) => activate(activation, x)
    }
  })
  const rowList = Array.from({ length: rows }, (_, row) => [
    ...inputs.subarray(row * genome.inputSize, (row + 1) * genome.inputSize),
  ])
  const outputs = new Float32Array(rows * genome.outputSize)
  const run = () => {
    for (let row = 0; row < rows; row++) {
      outputs.set(network.noTraceActivate(rowList[row]), row * genome.outputSize)
    }
  }
  return { name, run, outputs }
}

/** The two libraries. */
export const libraries: MakeContenders = (measured, rows) => [
  make('neataptic', require('neataptic') as Library, measured, rows),
  make('carrot', require('@liquid-carrot/carrot/src/index.js') as Library, measured, rows),
]
