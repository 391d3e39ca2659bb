import type { Plan } from '../native/addon.js'
import { FAMILIES, type Rounding } from './families.js'

/**
 * The same network with nodes of like activations gathered at fewer depths: a node waits until it,
 * or another of its family that is ready, can wait no longer. An activation takes as many operators
 * for one node as for many. At a depth, the nodes of a family stand together.
 */
export function gathered(plan: Plan, rounding: Rounding): Plan {
  const families = FAMILIES[rounding]
  const depths = plan.depthOffsets.length - 1
  const sources = Array.from(plan.activations, (_, node) => computedSources(plan, node))
  const latest = latestDepths(sources, depths)
  const placed = new Uint32Array(latest.length).fill(depths)
  let waiting = Array.from(latest.keys())
  for (let depth = 0; depth < depths; depth += 1) {
    const ready = waiting.filter((node) => sources[node].every((source) => placed[source] < depth))
    const due = new Set(
      ready
        .filter((node) => latest[node] === depth)
        .map((node) => families[plan.activations[node]]),
    )
    for (const node of ready) if (due.has(families[plan.activations[node]])) placed[node] = depth
    waiting = waiting.filter((node) => placed[node] === depths)
  }
  return reordered(plan, placed, families)
}

/** The last depth at which each node can be, so that the network gets no deeper. */
function latestDepths(sources: readonly (readonly number[])[], depths: number): Uint32Array {
  const latest = new Uint32Array(sources.length).fill(depths - 1)
  // A plan has nodes behind their sources.
  for (let node = sources.length - 1; node >= 0; node -= 1) {
    for (const source of sources[node]) latest[source] = Math.min(latest[source], latest[node] - 1)
  }
  return latest
}

/** The computed nodes that a node reads, as a plan numbers them. */
function computedSources(plan: Plan, node: number): number[] {
  const { sources, rowOffsets, inputSize } = plan
  return Array.from(sources.subarray(rowOffsets[node], rowOffsets[node + 1]))
    .filter((slot) => slot >= inputSize)
    .map((slot) => slot - inputSize)
}

/** The plan with each node at the depth given, and the connections of a node in their order. */
function reordered(plan: Plan, placed: Uint32Array, families: readonly string[]): Plan {
  const { activations, rowOffsets, inputSize } = plan
  const familyOf = (node: number) => families.indexOf(families[activations[node]])
  const order = Array.from(placed.keys()).sort(
    (a, b) =>
      placed[a] - placed[b] ||
      familyOf(a) - familyOf(b) ||
      activations[a] - activations[b] ||
      a - b,
  )
  const slots = new Uint32Array(inputSize + order.length).map((_, slot) => slot)
  for (const [at, node] of order.entries()) slots[inputSize + node] = inputSize + at
  const edges = order.flatMap((node) =>
    Array.from(
      { length: rowOffsets[node + 1] - rowOffsets[node] },
      (_, at) => rowOffsets[node] + at,
    ),
  )
  const depthOffsets = new Uint32Array(plan.depthOffsets.length)
  for (const depth of placed) depthOffsets[depth + 1] += 1
  const offsets = new Uint32Array(rowOffsets.length)
  for (const [at, node] of order.entries())
    offsets[at + 1] = rowOffsets[node + 1] - rowOffsets[node]
  return {
    inputSize,
    nodeIds: plan.nodeIds.map((_, at) => plan.nodeIds[order[at]]),
    activations: activations.map((_, at) => activations[order[at]]),
    biases: plan.biases.map((_, at) => plan.biases[order[at]]),
    depthOffsets: accumulated(depthOffsets),
    rowOffsets: accumulated(offsets),
    sources: plan.sources.map((_, at) => slots[plan.sources[edges[at]]]),
    weights: plan.weights.map((_, at) => plan.weights[edges[at]]),
    outputSlots: plan.outputSlots.map((slot) => slots[slot]),
  }
}

function accumulated(counts: Uint32Array): Uint32Array {
  let total = 0
  return counts.map((count) => {
    total += count
    return total
  })
}
