import type { Plan } from '../native/addon.js'
import { folded, StandardActivations } from './activation.js'
import { type Block, blocksWith, columnsOf, kindsOf, sourcesOf } from './blocks.js'
import type { Rounding } from './families.js'
import { Graph, int, type TensorName } from './graph.js'
import { addNativePlan } from './native-graph.js'
import { gathered } from './schedule.js'

/** The graph of one genome: `inputs` [rows, I] to `outputs` [rows, O]. */
export function genomeGraph(plan: Plan, rounding: Rounding): Graph {
  const graph = new Graph()
  const inputs = graph.input('inputs', 'float', ['rows', plan.inputSize])
  addPlan(graph, gathered(plan, rounding), inputs, 'outputs', rounding)
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
  addPlan(graph, plan, graph.concat([inputs, state], 1), 'state_out', rounding)
  graph.first('state_out', outputSize, 'outputs')
  graph.output('outputs', ['rows', outputSize])
  graph.output('state_out', ['rows', stateSize])
  return graph
}

/** Adds what computes the outputs, under that name, from rows of inputs. */
function addPlan(
  graph: Graph,
  plan: Plan,
  inputs: TensorName,
  outputs: TensorName,
  rounding: Rounding,
): void {
  if (rounding === 'native') addNativePlan(graph, plan, inputs, outputs)
  else addStandardPlan(graph, plan, inputs, outputs)
}

/**
 * For each depth, the values of all blocks that the depth reads give the sums of its nodes by one
 * Gemm; nodes that go through one operator stand together, so its values are a block of columns.
 */
function addStandardPlan(graph: Graph, plan: Plan, inputs: TensorName, outputs: TensorName): void {
  const activations = new StandardActivations(graph)
  const blocks: Block[] = [{ name: inputs, from: 0, width: plan.inputSize }]
  for (let depth = 0; depth + 1 < plan.depthOffsets.length; depth += 1) {
    const first = plan.depthOffsets[depth]
    const last = plan.depthOffsets[depth + 1]
    if (first === last) continue
    const found = blocksWith(sourcesOf(plan, first, last), blocks)
    // Nodes without connections are constant; the inputs give them their rows.
    const used = found.length > 0 ? found : [blocks[0]]
    const sums = addGemm(graph, plan, first, last, used, activations)
    let from = plan.inputSize + first
    for (const { name, width } of activations.apply(sums, kindsOf(plan, first, last))) {
      blocks.push({ name, from, width })
      from += width
    }
  }
  addOutputs(graph, plan, blocks, outputs)
}

/** The sums of the nodes `first` to `last`. */
function addGemm(
  graph: Graph,
  plan: Plan,
  first: number,
  last: number,
  blocks: readonly Block[],
  activations: StandardActivations,
): TensorName {
  const nodes = last - first
  const columns = columnsOf(blocks)
  const weights = new Float32Array(columns.size * nodes)
  const biases = new Float32Array(nodes)
  for (let node = first; node < last; node += 1) {
    const slope = activations.slope(plan.activations[node])
    biases[node - first] = folded(plan.biases[node], slope)
    for (let edge = plan.rowOffsets[node]; edge < plan.rowOffsets[node + 1]; edge += 1) {
      // Two connections between the same nodes add up.
      const at = (columns.get(plan.sources[edge]) as number) * nodes + (node - first)
      weights[at] += plan.weights[edge] * slope
    }
  }
  const values = blocks.map(({ name }) => name)
  return graph.add('Gemm', [
    graph.concat(values, 1),
    graph.constant(weights, [columns.size, nodes]),
    graph.constant(biases, [nodes]),
  ])
}

function addOutputs(graph: Graph, plan: Plan, blocks: readonly Block[], outputs: TensorName): void {
  const needed = blocksWith(plan.outputSlots, blocks)
  const columns = columnsOf(needed)
  const order = Array.from(plan.outputSlots, (slot) => columns.get(slot) as number)
  const names = needed.map(({ name }) => name)
  const values = graph.concat(names, 1)
  const inOrder = order.length === columns.size && order.every((column, at) => column === at)
  if (inOrder) graph.add('Identity', [values], {}, outputs)
  else {
    const indices = graph.constant(Int32Array.from(order), [order.length])
    graph.add('Gather', [values, indices], { axis: int(1) }, outputs)
  }
}
