import type { Plan } from '../native/addon.js'
import { activationForm } from './activation.js'
import { Graph, int, type TensorName } from './graph.js'

/** Columns that one operator made: the inputs, or the nodes of one activation at one depth. */
interface Block {
  readonly name: TensorName
  /** Slot of the first column. */
  readonly from: number
  readonly width: number
}

/**
 * The graph of one genome: `inputs` [rows, I] to `outputs` [rows, O].
 *
 * For each depth one Gemm takes the values of all blocks that the depth reads and gives the sums
 * of its nodes; the plan orders a depth's nodes by activation, so each kind is one block of
 * columns.
 */
export function genomeGraph(plan: Plan): Graph {
  const graph = new Graph()
  const blocks: Block[] = []
  const name = graph.input('inputs', 'float', ['rows', plan.inputSize])
  blocks.push({ name, from: 0, width: plan.inputSize })
  for (let depth = 0; depth + 1 < plan.depthOffsets.length; depth += 1) {
    const first = plan.depthOffsets[depth]
    const last = plan.depthOffsets[depth + 1]
    if (last > first) addDepth(graph, plan, first, last, blocks)
  }
  addOutputs(graph, plan, blocks)
  return graph
}

/** Adds the computed nodes `first` to `last`, and their blocks. */
function addDepth(graph: Graph, plan: Plan, first: number, last: number, blocks: Block[]): void {
  const used = usedBlocks(plan, first, last, blocks)
  const columns = columnsOf(used)
  const width = columns.size
  const nodes = last - first
  const weights = new Float32Array(width * nodes)
  const biases = new Float32Array(nodes)
  for (let node = first; node < last; node += 1) {
    const { slope } = activationForm(plan.activations[node])
    biases[node - first] = plan.biases[node] * slope
    for (let edge = plan.rowOffsets[node]; edge < plan.rowOffsets[node + 1]; edge += 1) {
      // Two connections between the same nodes add up.
      const at = columns.get(plan.sources[edge])! * nodes + (node - first)
      weights[at] += plan.weights[edge] * slope
    }
  }
  const sums = graph.add('Gemm', [
    graph.concat(used.map((block) => block.name)),
    graph.constant(weights, [width, nodes]),
    graph.constant(biases, [nodes]),
  ])
  const kinds = activationRuns(plan, first, last)
  const widths = kinds.map((kind) => kind.width)
  const groups = kinds.length === 1 ? [sums] : graph.split(sums, widths)
  let from = plan.inputSize + first
  for (const [index, kind] of kinds.entries()) {
    const value = activationForm(kind.activation).apply(graph, groups[index])
    blocks.push({ name: value, from, width: kind.width })
    from += kind.width
  }
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

function addOutputs(graph: Graph, plan: Plan, blocks: readonly Block[]): void {
  const slots = [...plan.outputSlots]
  const needed = blocks.filter(({ from, width }) =>
    slots.some((slot) => slot >= from && slot < from + width),
  )
  const columns = columnsOf(needed)
  const order = slots.map((slot) => columns.get(slot)!)
  const values = graph.concat(needed.map((block) => block.name))
  const inOrder = order.length === columns.size && order.every((column, at) => column === at)
  if (inOrder) graph.add('Identity', [values], {}, 'outputs')
  else {
    const indices = graph.constant(BigInt64Array.from(order, BigInt), [order.length])
    graph.add('Gather', [values, indices], { axis: int(1) }, 'outputs')
  }
  graph.output('outputs', ['rows', slots.length])
}
