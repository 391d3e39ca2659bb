/**
 * A genome with native rounding. Values are kept by columns, [columns, rows], so that what a node
 * reads lies together, and is copied, multiplied and added up in one piece: with 64 rows that takes
 * a fraction of the time of [rows, columns], with one row the same. Before the inputs stands a
 * column of ones, by which a bias is a connection like any other, and the first.
 */
import type { Plan } from '../native/addon.js'
import { kindsOf } from './blocks.js'
import type { Graph, TensorName } from './graph.js'
import { NativeActivations } from './native-activation.js'
import { addSums, SHIFT } from './native-sums.js'

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
