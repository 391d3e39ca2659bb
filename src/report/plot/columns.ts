import type { ConnectionJSON, GenomeJSON, NodeJSON } from '../../genome/json.js'

/** Where a node stands from left to right. */
export interface Columns {
  /** The column of each node, by id: 0 the inputs and constants, then hidden nodes, then outputs. */
  readonly of: ReadonlyMap<number, number>
  readonly count: number
}

/** Whether a hidden node never changes: no connection leads to it. NEAT's bias unit is one. */
export function constants({ nodes, connections }: GenomeJSON): Set<number> {
  const targets = new Set(connections.map(({ to }) => to))
  return new Set(
    nodes.filter(({ id, kind }) => kind === 'hidden' && !targets.has(id)).map(({ id }) => id),
  )
}

/** Columns by depth, none empty; outputs stand in one column on the right whatever their depth. */
export function columnsOf(genome: GenomeJSON): Columns {
  const constant = constants(genome)
  const depth = depths(genome, constant)
  const middle = genome.nodes.filter(({ id, kind }) => kind === 'hidden' && !constant.has(id))
  const depthOf = ({ id }: NodeJSON) => depth.get(id)!
  const ranks = [...new Set(middle.map(depthOf))].sort((a, b) => a - b)
  const column = (node: NodeJSON) => {
    if (node.kind === 'output') return ranks.length + 1
    if (node.kind === 'input' || constant.has(node.id)) return 0
    return ranks.indexOf(depthOf(node)) + 1
  }
  return {
    of: new Map(genome.nodes.map((node) => [node.id, column(node)])),
    count: ranks.length + 2,
  }
}

/**
 * The longest way to each node over enabled connections, at least 1 but for inputs and constants;
 * cycles are cut where they are entered.
 */
function depths(
  { nodes, connections }: GenomeJSON,
  constant: ReadonlySet<number>,
): Map<number, number> {
  const enabled = connections.filter(({ enabled, from, to }) => enabled !== false && from !== to)
  const outgoing = by('from', enabled)
  const waiting = new Map(nodes.map(({ id }) => [id, 0]))
  for (const { to } of enabled) waiting.set(to, waiting.get(to)! + 1)
  const depth = new Map(
    nodes.map(({ id, kind }) => [id, kind === 'input' || constant.has(id) ? 0 : 1]),
  )
  const ready = nodes.map(({ id }) => id).filter((id) => waiting.get(id) === 0)
  for (const id of ready) waiting.delete(id)
  while (ready.length > 0 || waiting.size > 0) {
    const id = ready.pop() ?? entered(waiting)
    waiting.delete(id)
    for (const { to } of outgoing.get(id) ?? []) {
      if (!waiting.has(to)) continue
      depth.set(to, Math.max(depth.get(to)!, depth.get(id)! + 1))
      waiting.set(to, waiting.get(to)! - 1)
      if (waiting.get(to) === 0) {
        waiting.delete(to)
        ready.push(to)
      }
    }
  }
  return depth
}

/** Where only cycles are left: the node that waits for the fewest others. */
function entered(waiting: ReadonlyMap<number, number>): number {
  let best = { id: 0, others: Infinity }
  for (const [id, others] of waiting) if (others < best.others) best = { id, others }
  return best.id
}

/** Nodes that no output depends on. */
export function idleNodes({ nodes, connections }: GenomeJSON): Set<number> {
  const enabled = connections.filter(({ enabled }) => enabled !== false)
  const incoming = by('to', enabled)
  const idle = new Set(nodes.filter(({ kind }) => kind !== 'output').map(({ id }) => id))
  const needed = nodes.filter(({ kind }) => kind === 'output').map(({ id }) => id)
  for (let id = needed.pop(); id !== undefined; id = needed.pop()) {
    for (const { from } of incoming.get(id) ?? []) if (idle.delete(from)) needed.push(from)
  }
  return idle
}

/** Connections by the id of the node at one of their ends. */
function by(
  end: 'from' | 'to',
  connections: readonly ConnectionJSON[],
): Map<number, ConnectionJSON[]> {
  const groups = new Map<number, ConnectionJSON[]>()
  for (const connection of connections) {
    const group = groups.get(connection[end])
    if (group) group.push(connection)
    else groups.set(connection[end], [connection])
  }
  return groups
}
