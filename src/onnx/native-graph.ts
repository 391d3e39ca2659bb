/**
 * A genome with native rounding. Values are kept by columns, [columns, rows], so that what a node
 * reads lies together, and is copied, multiplied and added up in one piece: with 64 rows that takes
 * a fraction of the time of [rows, columns], with one row the same. Before the inputs stands a
 * column of ones, by which a bias is a connection like any other, and the first.
 */
import type { Plan } from '../native/addon.js'
import { folded } from './activation.js'
import { kindsOf } from './blocks.js'
import type { Graph, TensorName } from './graph.js'
import { NativeActivations } from './native-activation.js'

/** The column of ones, and how far the column of a slot is behind its slot. */
const [ONES, SHIFT] = [0, 1]

/** Adds what computes the outputs, under that name, from `inputs` [rows, I]. */
export function addNativePlan(
  graph: Graph,
  plan: Plan,
  inputs: TensorName,
  outputs: TensorName,
): void {
  const activations = new NativeActivations(graph, 0)
  const before = graph.constant(BigInt64Array.of(0n, BigInt(SHIFT), 0n, 0n), [4])
  const padded = graph.add('Pad', [inputs, before, graph.scalar(1)])
  let values = graph.add('Transpose', [padded])
  for (let depth = 0; depth + 1 < plan.depthOffsets.length; depth += 1) {
    const first = plan.depthOffsets[depth]
    const last = plan.depthOffsets[depth + 1]
    const sums = addSums(graph, plan, first, last, values, activations)
    const made = activations.apply(sums, kindsOf(plan, first, last)).map(({ name }) => name)
    values = graph.concat([values, ...made], 0)
  }
  const columns = Int32Array.from(plan.outputSlots, (slot) => slot + SHIFT)
  const picked = graph.add('Gather', [values, graph.constant(columns, [columns.length])])
  graph.add('Transpose', [picked], {}, outputs)
}

/**
 * The sums of the nodes `first` to `last` in the native order: a bias, and then a node's connections
 * one after the other, each product rounded before it is added. Nodes with fewer connections are
 * padded with weight 0.
 */
function addSums(
  graph: Graph,
  plan: Plan,
  first: number,
  last: number,
  values: TensorName,
  activations: NativeActivations,
): TensorName {
  const nodes = last - first
  let parts = 1
  for (let node = first; node < last; node += 1) {
    parts = Math.max(parts, 1 + plan.rowOffsets[node + 1] - plan.rowOffsets[node])
  }
  const columns = new Int32Array(parts * nodes).fill(ONES)
  const weights = new Float32Array(parts * nodes)
  for (let node = first; node < last; node += 1) {
    const slope = activations.slope(plan.activations[node])
    let at = node - first
    weights[at] = folded(plan.biases[node], slope)
    for (let edge = plan.rowOffsets[node]; edge < plan.rowOffsets[node + 1]; edge += 1) {
      at += nodes
      columns[at] = plan.sources[edge] + SHIFT
      weights[at] = folded(plan.weights[edge], slope)
    }
  }
  const picked = graph.add('Gather', [values, graph.constant(columns, [parts, nodes])])
  const products = graph.add('Mul', [picked, graph.constant(weights, [parts, nodes, 1])])
  return graph.addUp(products, 0, parts)
}
