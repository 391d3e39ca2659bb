import type { Plan } from '../native/addon.js'
import { type Activations, folded } from './activation.js'
import type { Graph, TensorName } from './graph.js'

/** The column of ones, and how far the column of a slot is behind its slot. */
export const [ONES, SHIFT] = [0, 1]

/**
 * The sums [nodes, rows] of the nodes `first` to `last` in the native order: a bias, and then a
 * node's connections one after the other, each product rounded before it is added. Nodes of about
 * as many connections are added up together, padded with weight 0 to the same number.
 *
 * @param values columns of all slots so far, behind a column of ones
 */
export function addSums(
  graph: Graph,
  plan: Plan,
  first: number,
  last: number,
  values: TensorName,
  activations: Activations,
): TensorName {
  const { rowOffsets } = plan
  const parts = (node: number) => 1 + rowOffsets[node + 1] - rowOffsets[node]
  const nodes = Array.from({ length: last - first }, (_, at) => first + at)
  const sorted = nodes.toSorted((a, b) => parts(b) - parts(a))
  const ends = alike(sorted.map(parts))
  if (ends.length === 1) return addTotals(graph, plan, nodes, values, activations)
  const totals = ends.map((end, at) =>
    addTotals(graph, plan, sorted.slice(at === 0 ? 0 : ends[at - 1], end), values, activations),
  )
  const places = new Int32Array(nodes.length)
  for (const [place, node] of sorted.entries()) places[node - first] = place
  return graph.add('Gather', [graph.concat(totals, 0), graph.constant(places, [places.length])])
}

/** Numbers not to gather, multiply and add for which more operators are worth it. */
const WORTH = 256

/** Cuts a descending list where that saves most padding, again and again; gives the ends. */
function alike(parts: readonly number[], from = 0, to = parts.length): number[] {
  let [cut, most] = [to, WORTH]
  for (let at = from + 1; at < to; at += 1) {
    const saved = (to - at) * (parts[from] - parts[at])
    if (saved > most) [cut, most] = [at, saved]
  }
  return cut === to ? [to] : [...alike(parts, from, cut), ...alike(parts, cut, to)]
}

/** The sums of some nodes, each padded to the connections of the one that has most. */
function addTotals(
  graph: Graph,
  plan: Plan,
  nodes: readonly number[],
  values: TensorName,
  activations: Activations,
): TensorName {
  const { rowOffsets } = plan
  const parts = nodes.reduce(
    (most, node) => Math.max(most, 1 + rowOffsets[node + 1] - rowOffsets[node]),
    1,
  )
  const columns = new Int32Array(parts * nodes.length).fill(ONES)
  const weights = new Float32Array(parts * nodes.length)
  for (const [place, node] of nodes.entries()) {
    const slope = activations.slope(plan.activations[node])
    let at = place
    weights[at] = folded(plan.biases[node], slope)
    for (let edge = rowOffsets[node]; edge < rowOffsets[node + 1]; edge += 1) {
      at += nodes.length
      columns[at] = plan.sources[edge] + SHIFT
      weights[at] = folded(plan.weights[edge], slope)
    }
  }
  const picked = graph.add('Gather', [values, graph.constant(columns, [parts, nodes.length])])
  const products = graph.add('Mul', [picked, graph.constant(weights, [parts, nodes.length, 1])])
  return graph.addUp(products, 0, parts)
}
