import type { ConnectionJSON, GenomeJSON, NodeJSON } from '../../genome/json.js'
import { columnsOf, constants } from './columns.js'
import { crossings } from './crossings.js'
import { spread } from './end-labels.js'

/** A place in a column: a node, or where a connection passes between nodes. */
interface Slot {
  readonly node: NodeJSON | null
  readonly column: number
  readonly left: Slot[]
  readonly right: Slot[]
  /** Its place in its column, from 0. */
  place: number
  y: number
}

/** A connection and the slots it goes through: its source, those it passes, its target. */
export interface Route {
  readonly connection: ConnectionJSON
  readonly points: readonly { readonly column: number; readonly y: number }[]
}

/** A genome laid out in columns: y in units of its own, from 0 to `height`. */
export interface Layout {
  readonly nodes: readonly {
    readonly node: NodeJSON
    readonly column: number
    readonly y: number
    /** A hidden node that nothing leads to. */
    readonly constant: boolean
  }[]
  readonly routes: readonly Route[]
  readonly columns: number
  readonly height: number
}

/** Between two inputs. */
const INPUT_GAP = 38
/** Between two nodes one above the other, a node and a passing connection, two connections. */
const NODE_GAP = 68
const PASSING_GAP = 42
const WIRE_GAP = 16
/** How much of the longest column's height the inputs take at least. */
const FAN = 0.75
/** Rounds of ordering and of placing; more change nothing that can be seen. */
const ROUNDS = 12

/**
 * Lays a genome out in layers (Sugiyama, Tagawa and Toda 1981): columns by depth; a connection over
 * several columns gets a slot in each, so that it passes between nodes and not through them; slots
 * ordered by the mean place of their neighbours; each column placed as near to its neighbours as
 * its order and gaps allow. Inputs keep the order in which they are listed, and so do outputs.
 */
export function layOut(genome: GenomeJSON): Layout {
  const columns = columnsOf(genome)
  const constant = constants(genome)
  const stacks: Slot[][] = Array.from({ length: columns.count }, () => [])
  const slots = new Map<number, Slot>()
  const place = (node: NodeJSON | null, column: number): Slot => {
    const slot = { node, column, left: [], right: [], place: 0, y: 0 }
    stacks[column].push(slot)
    return slot
  }
  for (const node of genome.nodes) slots.set(node.id, place(node, columns.of.get(node.id)!))
  // Constants stand below the inputs.
  stacks[0].sort((a, b) => Number(constant.has(a.node!.id)) - Number(constant.has(b.node!.id)))
  const routes = genome.connections.map((connection) => {
    const [from, to] = [slots.get(connection.from)!, slots.get(connection.to)!]
    const passed: Slot[] = []
    for (let column = from.column + 1; column < to.column; column++) {
      passed.push(place(null, column))
    }
    const points = [from, ...passed, to]
    if (from.column < to.column) {
      for (const [i, slot] of points.slice(1).entries()) {
        slot.left.push(points[i])
        points[i].right.push(slot)
      }
    }
    return { connection, points }
  })
  order(stacks)
  settle(stacks)
  const ys = stacks.flat().map(({ y }) => y)
  const top = ys.reduce((a, b) => Math.min(a, b))
  for (const slot of stacks.flat()) slot.y -= top
  return {
    nodes: stacks.flat().flatMap(({ node, column, y }) => {
      return node ? [{ node, column, y, constant: constant.has(node.id) }] : []
    }),
    routes,
    columns: columns.count,
    height: ys.reduce((a, b) => Math.max(a, b)) - top,
  }
}

/**
 * Orders the columns between inputs and outputs, from the left and from the right in turn, and
 * keeps the order with the fewest crossings.
 */
function order(stacks: Slot[][]): void {
  for (const stack of stacks) number(stack)
  const inner = stacks.slice(1, -1)
  let best = { crossings: crossingsOf(stacks), stacks: inner.map((stack) => [...stack]) }
  for (let round = 0; round < ROUNDS; round++) {
    const forth = round % 2 === 0
    for (const stack of forth ? inner : inner.toReversed()) {
      for (const slot of stack) slot.y = meanY(forth ? slot.left : slot.right) ?? slot.y
      stack.sort((a, b) => a.y - b.y)
      number(stack)
    }
    const crossings = crossingsOf(stacks)
    if (crossings < best.crossings) {
      best = { crossings, stacks: inner.map((stack) => [...stack]) }
    }
  }
  for (const [i, stack] of best.stacks.entries()) stacks[i + 1] = stack
}

function crossingsOf(stacks: readonly Slot[][]): number {
  return stacks.reduce((sum, stack) => {
    const lines = stack.flatMap((slot) =>
      slot.right.map((other): [number, number] => [slot.place, other.place]),
    )
    return sum + crossings(lines)
  }, 0)
}

/** Places in a column's order, from 0 to 1, so that columns of different lengths compare. */
function number(stack: readonly Slot[]): void {
  for (const [i, slot] of stack.entries()) {
    slot.place = i
    slot.y = (i + 0.5) / stack.length
  }
}

/**
 * Moves every column to where its neighbours are, inputs excepted: they stand evenly, and over much
 * of the height that the longest column needs.
 */
function settle(stacks: readonly Slot[][]): void {
  const lengthOf = (stack: readonly Slot[]) => gapsOf(stack).reduce((a, b) => a + b, 0)
  const longest = stacks.reduce((most, stack) => Math.max(most, lengthOf(stack)), 0)
  for (const [column, stack] of stacks.entries()) {
    const length = lengthOf(stack)
    const stretch = column === 0 && length > 0 ? Math.max(1, (longest * FAN) / length) : 1
    let y = (-length * stretch) / 2
    for (const [i, gap] of gapsOf(stack).entries()) {
      y += gap * stretch
      stack[i].y = y
    }
  }
  const moving = stacks.slice(1)
  for (let round = 0; round < ROUNDS; round++) {
    for (const stack of round % 2 === 0 ? moving : moving.toReversed()) {
      const wanted = stack.map((slot) => meanY([...slot.left, ...slot.right]) ?? slot.y)
      for (const [i, y] of spread(wanted, gapsOf(stack)).entries()) stack[i].y = y
    }
  }
}

/** The room above each slot of a column; none above the first. */
function gapsOf(stack: readonly Slot[]): number[] {
  return stack.map((slot, i) => {
    if (i === 0) return 0
    if (slot.column === 0) return INPUT_GAP
    const nodes = Number(slot.node !== null) + Number(stack[i - 1].node !== null)
    return [WIRE_GAP, PASSING_GAP, NODE_GAP][nodes]
  })
}

function meanY(slots: readonly Slot[]): number | undefined {
  if (slots.length === 0) return undefined
  return slots.reduce((sum, { y }) => sum + y, 0) / slots.length
}
