import type { Plan } from '../native/addon.js'
import { type Activations, StandardActivations } from './activation.js'
import type { Rounding } from './families.js'
import { Graph, int, type TensorName } from './graph.js'
import { NativeActivations } from './native-activation.js'
import { type DepthLayout, depthLayout, placeNodes, populationLayout } from './population-layout.js'

/**
 * The graph of a population: `inputs` [rows, I] and `genome` int64 [rows] to `outputs` [rows, O];
 * row r is answered by genome `genome[r]`.
 *
 * Each depth is padded to what the largest genome has there, in nodes of each activation and in
 * connections of a node. A row picks its genome's source columns and weights (Gather), its values
 * at those columns (GatherElements), multiplies, and sums over a node's connections. The first
 * column of the values is 1, so a bias is a connection like any other, and the first one of the sum,
 * as it is natively.
 */
export function populationGraph(plans: readonly Plan[], rounding: Rounding): Graph {
  const graph = new Graph()
  const inputs = graph.input('inputs', 'float', ['rows', plans[0].inputSize])
  addPlans(graph, plans, inputs, 'outputs', rounding)
  graph.output('outputs', ['rows', plans[0].outputSlots.length])
  return graph
}

/**
 * One step of a population of recurrent genomes: in addition `state` [rows, N], which has room for
 * the genome that needs most, and `state_out` [rows, N], of which the outputs are the first.
 *
 * @param plans what `planRecurrent` gives, all with the same length of state
 */
export function recurrentPopulationGraph(
  plans: readonly Plan[],
  outputSize: number,
  rounding: Rounding,
): Graph {
  const graph = new Graph()
  const stateSize = plans[0].outputSlots.length
  const inputs = graph.input('inputs', 'float', ['rows', plans[0].inputSize - stateSize])
  const state = graph.input('state', 'float', ['rows', stateSize])
  addPlans(graph, plans, graph.concat([inputs, state], 1), 'state_out', rounding)
  graph.first('state_out', outputSize, 'outputs')
  graph.output('outputs', ['rows', outputSize])
  graph.output('state_out', ['rows', stateSize])
  return graph
}

/** Adds the input `genome` and what computes the outputs, under that name, from rows of inputs. */
function addPlans(
  graph: Graph,
  plans: readonly Plan[],
  inputs: TensorName,
  outputs: TensorName,
  rounding: Rounding,
): void {
  const genome = graph.input('genome', 'int64', ['rows'])
  const activations =
    rounding === 'native' ? new NativeActivations(graph, 1) : new StandardActivations(graph)
  const layout = populationLayout(plans)
  const columns = placeNodes(plans, layout)
  let values = graph.concat([ones(graph, genome), inputs], 1)
  for (let depth = 0; depth < layout.length; depth += 1) {
    values = addDepth(graph, plans, columns, layout[depth], depth, genome, values, activations)
  }
  const width = plans[0].outputSlots.length
  const picks = new Int32Array(plans.length * width)
  for (const [index, plan] of plans.entries()) {
    picks.set(
      plan.outputSlots.map((slot) => columns[index][slot]),
      index * width,
    )
  }
  const pick = graph.add('Gather', [graph.constant(picks, [plans.length, width]), genome])
  graph.add('GatherElements', [values, pick], { axis: int(1) }, outputs)
}

/** Nodes of a depth up to which connections are summed by a matrix. */
const MATRIX_SUM_NODES = 32

/** A column of ones, as long as there are rows. */
function ones(graph: Graph, genome: TensorName): TensorName {
  const column = graph.constant(BigInt64Array.of(-1n, 1n), [2])
  const zeros = graph.add('Mul', [genome, graph.constant(BigInt64Array.of(0n), [])])
  const one = graph.add('Add', [zeros, graph.constant(BigInt64Array.of(1n), [])])
  return graph.add('Cast', [graph.add('Reshape', [one, column])], { to: int(1) })
}

/** Adds the nodes of one depth, and returns the values with their columns appended. */
function addDepth(
  graph: Graph,
  plans: readonly Plan[],
  columns: readonly Uint32Array[],
  depth: DepthLayout,
  index: number,
  genome: TensorName,
  values: TensorName,
  activations: Activations,
): TensorName {
  const { nodes, connections } = depth
  const { sources, weights } = depthLayout(plans, columns, depth, index, activations)
  const size = nodes * connections
  const pick = graph.add('Gather', [graph.constant(sources, [plans.length, size]), genome])
  const picked = graph.add('GatherElements', [values, pick], { axis: int(1) })
  const factors = graph.add('Gather', [graph.constant(weights, [plans.length, size]), genome])
  const products = graph.add('Mul', [picked, factors])
  const sums =
    activations instanceof NativeActivations
      ? graph.addUp(separated(graph, products, depth), 1, connections)
      : sumConnections(graph, products, depth)
  const made = activations.apply(sums, depth.groups)
  return graph.concat([values, ...made.map(({ name }) => name)], 1)
}

/** [rows, connections x nodes] as [rows, connections, nodes]. */
function separated(
  graph: Graph,
  products: TensorName,
  { nodes, connections }: DepthLayout,
): TensorName {
  const shape = graph.constant(BigInt64Array.of(-1n, BigInt(connections), BigInt(nodes)), [3])
  return graph.add('Reshape', [products, shape])
}

/**
 * Adds up [rows, connections x nodes] to [rows, nodes]. A product with a matrix of zeros and ones
 * does it in half the time of ReduceSum, while the matrix is small (seen: 48 against 121 us for 150
 * rows of young cart-pole genomes, 611 against 811 us for 150 genomes of 15 depths).
 */
function sumConnections(graph: Graph, products: TensorName, depth: DepthLayout): TensorName {
  const { nodes, connections } = depth
  if (nodes > MATRIX_SUM_NODES) {
    const axis = graph.constant(BigInt64Array.of(1n), [1])
    const attributes = { keepdims: int(0) }
    return graph.add('ReduceSum', [separated(graph, products, depth), axis], attributes)
  }
  const size = connections * nodes
  const matrix = new Float32Array(size * nodes)
  for (let at = 0; at < size; at += 1) matrix[at * nodes + (at % nodes)] = 1
  return graph.add('MatMul', [products, graph.constant(matrix, [size, nodes])])
}
