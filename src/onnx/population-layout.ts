import type { Plan } from '../native/addon.js'
import { type Activations, folded } from './activation.js'
import type { Kind } from './blocks.js'

/** What every genome of a population is padded to at one depth. */
export interface DepthLayout {
  /** Column of the depth's first node among the values. */
  readonly from: number
  /** Columns of the depth: the widths of its groups. */
  readonly nodes: number
  /** Connections of a node, its bias included. */
  readonly connections: number
  /** For each activation present at the depth in any genome, its columns. */
  readonly groups: readonly Kind[]
}

/** Columns before the inputs: the one that holds 1. */
const FIRST_INPUT = 1

/** Finds for each depth the nodes of each activation, and the connections, that it must hold. */
export function populationLayout(plans: readonly Plan[]): DepthLayout[] {
  const depths: { widths: Map<number, number>; connections: number }[] = []
  for (const plan of plans) {
    for (let depth = 0; depth + 1 < plan.depthOffsets.length; depth += 1) {
      depths[depth] ??= { widths: new Map(), connections: 1 }
      const { widths } = depths[depth]
      const counts = new Map<number, number>()
      for (let node = plan.depthOffsets[depth]; node < plan.depthOffsets[depth + 1]; node += 1) {
        const activation = plan.activations[node]
        counts.set(activation, (counts.get(activation) ?? 0) + 1)
        const connections = 1 + plan.rowOffsets[node + 1] - plan.rowOffsets[node]
        depths[depth].connections = Math.max(depths[depth].connections, connections)
      }
      for (const [activation, count] of counts) {
        widths.set(activation, Math.max(widths.get(activation) ?? 0, count))
      }
    }
  }
  let from = FIRST_INPUT + plans[0].inputSize
  return depths.map(({ widths, connections }) => {
    const groups = [...widths]
      .sort(([a], [b]) => a - b)
      .map(([activation, width]) => ({ activation, width }))
    const nodes = groups.reduce((sum, { width }) => sum + width, 0)
    from += nodes
    return { from: from - nodes, nodes, connections, groups }
  })
}

/** The column of every slot of every genome. */
export function placeNodes(plans: readonly Plan[], layout: readonly DepthLayout[]): Uint32Array[] {
  return plans.map((plan) => {
    const columns = new Uint32Array(plan.inputSize + plan.activations.length)
    for (let input = 0; input < plan.inputSize; input += 1) columns[input] = FIRST_INPUT + input
    for (let depth = 0; depth + 1 < plan.depthOffsets.length; depth += 1) {
      let node = plan.depthOffsets[depth]
      let column = layout[depth].from
      for (const { activation, width } of layout[depth].groups) {
        // The plan orders a depth's nodes by activation, as the groups are.
        let at = column
        while (node < plan.depthOffsets[depth + 1] && plan.activations[node] === activation) {
          columns[plan.inputSize + node] = at
          at += 1
          node += 1
        }
        column += width
      }
    }
    return columns
  })
}

/**
 * The source columns and weights of one depth for all genomes, each [P, connections x nodes]: the
 * connections of a node lie `nodes` apart. Padding has weight 0 and reads the column of ones.
 */
export function depthLayout(
  plans: readonly Plan[],
  columns: readonly Uint32Array[],
  { from, nodes, connections }: DepthLayout,
  depth: number,
  activations: Activations,
): { sources: Int32Array; weights: Float32Array } {
  const size = nodes * connections
  const sources = new Int32Array(plans.length * size)
  const weights = new Float32Array(plans.length * size)
  for (const [index, plan] of plans.entries()) {
    if (depth + 1 >= plan.depthOffsets.length) continue
    for (let node = plan.depthOffsets[depth]; node < plan.depthOffsets[depth + 1]; node += 1) {
      const slope = activations.slope(plan.activations[node])
      let at = index * size + columns[index][plan.inputSize + node] - from
      weights[at] = folded(plan.biases[node], slope)
      for (let edge = plan.rowOffsets[node]; edge < plan.rowOffsets[node + 1]; edge += 1) {
        at += nodes
        sources[at] = columns[index][plan.sources[edge]]
        weights[at] = folded(plan.weights[edge], slope)
      }
    }
  }
  return { sources, weights }
}
