import type { Plan } from '../native/addon.js'
import type { TensorName } from './graph.js'

/** Columns that stand together in a tensor: the inputs, or nodes that one operator made. */
export interface Block {
  readonly name: TensorName
  /** Slot of the first column. */
  readonly from: number
  readonly width: number
}

/** Neighbouring nodes of one activation. */
export interface Kind {
  readonly activation: number
  readonly width: number
}

/** The blocks in which some of the slots are. */
export function blocksWith(slots: Iterable<number>, blocks: readonly Block[]): Block[] {
  const wanted = new Set(slots)
  return blocks.filter(({ from, width }) => {
    for (let slot = from; slot < from + width; slot += 1) if (wanted.has(slot)) return true
    return false
  })
}

/** The column of each slot when blocks stand side by side. */
export function columnsOf(blocks: readonly Block[]): Map<number, number> {
  const columns = new Map<number, number>()
  for (const { from, width } of blocks) {
    for (let slot = from; slot < from + width; slot += 1) columns.set(slot, columns.size)
  }
  return columns
}

/** The activations of the nodes `first` to `last`, of which a plan keeps equal ones together. */
export function kindsOf(plan: Plan, first: number, last: number): Kind[] {
  const kinds: { activation: number; width: number }[] = []
  for (const activation of plan.activations.subarray(first, last)) {
    const kind = kinds.at(-1)
    if (kind?.activation === activation) kind.width += 1
    else kinds.push({ activation, width: 1 })
  }
  return kinds
}

/** The sources of the connections into the nodes `first` to `last`. */
export function sourcesOf(plan: Plan, first: number, last: number): Uint32Array {
  return plan.sources.subarray(plan.rowOffsets[first], plan.rowOffsets[last])
}
