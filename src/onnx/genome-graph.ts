import type { Plan } from '../native/addon.js'
import { activationForm, folded, type Rounding } from './activation.js'
import { Graph, int, type TensorName } from './graph.js'

/** Columns that one operator made: the inputs, or the nodes of one activation at one depth. */
interface Block {
  readonly name: TensorName
  /** Slot of the first column. */
  readonly from: number
  readonly width: number
}

/** The graph of one genome: `inputs` [rows, I] to `outputs` [rows, O]. */
export function genomeGraph(plan: Plan, rounding: Rounding): Graph {
  const graph = new Graph()
  const inputs = graph.input('inputs', 'float', ['rows', plan.inputSize])
  addPlan(graph, plan, inputs, 'outputs', rounding)
  graph.output('outputs', ['rows', plan.outputSlots.length])
  return graph
}

/**
 * One step of a recurrent genome: `inputs` [rows, I] and `state` [rows, N] to `outputs` [rows, O]
 * and `state_out` [rows, N], of which the outputs are the first.
 *
 * @param plan what `planRecurrent` gives
 */
export function recurrentGraph(plan: Plan, outputSize: number, rounding: Rounding): Graph {
  const graph = new Graph()
  const stateSize = plan.outputSlots.length
  const inputs = graph.input('inputs', 'float', ['rows', plan.inputSize - stateSize])
  const state = graph.input('state', 'float', ['rows', stateSize])
  addPlan(graph, plan, graph.concat([inputs, state]), 'state_out', rounding)
  graph.first('state_out', outputSize, 'outputs')
  graph.output('outputs', ['rows', outputSize])
  graph.output('state_out', ['rows', stateSize])
  return graph
}

/**
 * Adds what computes the outputs, under that name, from rows of inputs. For each depth, the values
 * of all blocks that the depth reads give the sums of its nodes; the plan orders a depth's nodes by
 * activation, so each kind is one block of columns.
 */
function addPlan(
  graph: Graph,
  plan: Plan,
  inputs: TensorName,
  outputs: TensorName,
  rounding: Rounding,
): void {
  const blocks: Block[] = [{ name: inputs, from: 0, width: plan.inputSize }]
  for (let depth = 0; depth + 1 < plan.depthOffsets.length; depth += 1) {
    const first = plan.depthOffsets[depth]
    const last = plan.depthOffsets[depth + 1]
    if (last > first) addDepth(graph, plan, first, last, blocks, rounding)
  }
  addOutputs(graph, plan, blocks, outputs)
}

/** Adds the computed nodes `first` to `last`, and their blocks. */
function addDepth(
  graph: Graph,
  plan: Plan,
  first: number,
  last: number,
  blocks: Block[],
  rounding: Rounding,
): void {
  const used = usedBlocks(plan, first, last, blocks)
  const values = graph.concat(used.map((block) => block.name))
  const sum = rounding === 'native' ? orderedSums : gemmSums
  const sums = sum(graph, plan, first, last, values, columnsOf(used))
  const kinds = activationRuns(plan, first, last)
  const widths = kinds.map((kind) => kind.width)
  const groups = kinds.length === 1 ? [sums] : graph.split(sums, widths)
  let from = plan.inputSize + first
  for (const [index, kind] of kinds.entries()) {
    const value = activationForm(kind.activation, rounding).apply(graph, groups[index])
    blocks.push({ name: value, from, width: kind.width })
    from += kind.width
  }
}

/** The sums of the nodes `first` to `last` by one Gemm. */
function gemmSums(
  graph: Graph,
  plan: Plan,
  first: number,
  last: number,
  values: TensorName,
  columns: ReadonlyMap<number, number>,
): TensorName {
  const nodes = last - first
  const weights = new Float32Array(columns.size * nodes)
  const biases = new Float32Array(nodes)
  for (let node = first; node < last; node += 1) {
    const { slope } = activationForm(plan.activations[node], 'standard')
    biases[node - first] = folded(plan.biases[node], slope)
    for (let edge = plan.rowOffsets[node]; edge < plan.rowOffsets[node + 1]; edge += 1) {
      // Two connections between the same nodes add up.
      const at = (columns.get(plan.sources[edge]) as number) * nodes + (node - first)
      weights[at] += plan.weights[edge] * slope
    }
  }
  return graph.add('Gemm', [
    values,
    graph.constant(weights, [columns.size, nodes]),
    graph.constant(biases, [nodes]),
  ])
}

/**
 * The same sums in the native order: a bias, and then a node's connections one after the other,
 * each product rounded before it is added. Nodes with fewer connections are padded with weight 0.
 */
function orderedSums(
  graph: Graph,
  plan: Plan,
  first: number,
  last: number,
  values: TensorName,
  columns: ReadonlyMap<number, number>,
): TensorName {
  const nodes = last - first
  let connections = 1
  for (let node = first; node < last; node += 1) {
    connections = Math.max(connections, plan.rowOffsets[node + 1] - plan.rowOffsets[node])
  }
  const sources = new BigInt64Array(connections * nodes)
  const weights = new Float32Array(connections * nodes)
  const biases = new Float32Array(nodes)
  for (let node = first; node < last; node += 1) {
    const { slope } = activationForm(plan.activations[node], 'native')
    biases[node - first] = folded(plan.biases[node], slope)
    let at = node - first
    for (let edge = plan.rowOffsets[node]; edge < plan.rowOffsets[node + 1]; edge += 1) {
      sources[at] = BigInt(columns.get(plan.sources[edge]) as number)
      weights[at] = folded(plan.weights[edge], slope)
      at += nodes
    }
  }
  const picked = graph.add('Gather', [values, graph.constant(sources, [sources.length])], {
    axis: int(1),
  })
  const products = graph.add('Mul', [picked, graph.constant(weights, [1, weights.length])])
  return graph.addUp(products, nodes, connections, graph.constant(biases, [1, nodes]))
}

/** The blocks that some connection into the nodes reads; the inputs when there is none. */
function usedBlocks(plan: Plan, first: number, last: number, blocks: readonly Block[]): Block[] {
  const sources = plan.sources.subarray(plan.rowOffsets[first], plan.rowOffsets[last])
  const used = new Set(sources)
  const found = blocks.filter(({ from, width }) => {
    for (let slot = from; slot < from + width; slot += 1) if (used.has(slot)) return true
    return false
  })
  // Nodes without connections are constant; the inputs give them their rows.
  return found.length > 0 ? found : [blocks[0]]
}

/** The column of each slot when blocks stand side by side. */
function columnsOf(blocks: readonly Block[]): Map<number, number> {
  const columns = new Map<number, number>()
  for (const { from, width } of blocks) {
    for (let slot = from; slot < from + width; slot += 1) columns.set(slot, columns.size)
  }
  return columns
}

function activationRuns(
  plan: Plan,
  first: number,
  last: number,
): { activation: number; width: number }[] {
  const runs: { activation: number; width: number }[] = []
  for (let node = first; node < last; node += 1) {
    const activation = plan.activations[node]
    const run = runs.at(-1)
    if (run?.activation === activation) run.width += 1
    else runs.push({ activation, width: 1 })
  }
  return runs
}

function addOutputs(graph: Graph, plan: Plan, blocks: readonly Block[], outputs: TensorName): void {
  const slots = [...plan.outputSlots]
  const needed = blocks.filter(({ from, width }) =>
    slots.some((slot) => slot >= from && slot < from + width),
  )
  const columns = columnsOf(needed)
  const order = slots.map((slot) => columns.get(slot)!)
  const values = graph.concat(needed.map((block) => block.name))
  const inOrder = order.length === columns.size && order.every((column, at) => column === at)
  if (inOrder) graph.add('Identity', [values], {}, outputs)
  else {
    const indices = graph.constant(BigInt64Array.from(order, BigInt), [order.length])
    graph.add('Gather', [values, indices], { axis: int(1) }, outputs)
  }
}
