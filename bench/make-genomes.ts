/**
 * Writes the genomes that measurements run on, bench/genomes/*.json: for each size one layered
 * genome with one sigmoid, and one irregular genome grown as evolution grows it. Seeded: the files
 * are committed, and running this again gives the same.
 *
 *     npx tsx bench/make-genomes.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs'

interface Size {
  name: string
  inputs: number
  hidden: number
  outputs: number
  /** Enabled connections of both genomes. */
  connections: number
  /** The longest path of the irregular genome, in connections. */
  depth: number
}

const SIZES: readonly Size[] = [
  { name: '3-1-1', inputs: 3, hidden: 1, outputs: 1, connections: 4, depth: 2 },
  { name: '120', inputs: 8, hidden: 20, outputs: 4, connections: 120, depth: 7 },
  { name: '600', inputs: 24, hidden: 64, outputs: 8, connections: 600, depth: 12 },
  { name: '4000', inputs: 64, hidden: 256, outputs: 16, connections: 4000, depth: 18 },
]

/** All but `step`, whose jump turns rounding into different outputs. */
const MIXED = [
  'identity',
  'sigmoid',
  'steepenedSigmoid',
  'tanh',
  'relu',
  'leakyRelu',
  'elu',
  'softplus',
  'gaussian',
  'sin',
  'abs',
]

/** Mulberry32, so that the files depend on nothing else in the project. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Connection {
  innovation: number
  from: number
  to: number
  weight: number
  enabled: boolean
}

/** Whether `next` leads from one node to another. */
function reaches(next: number[][], from: number, to: number): boolean {
  const seen = new Set([from])
  for (const node of seen) {
    if (node === to) return true
    for (const neighbour of next[node] ?? []) seen.add(neighbour)
  }
  return false
}

/** The longest way from a node along `next`, in connections. */
function longest(next: number[][], from: number): number {
  const known = new Map<number, number>()
  const visit = (node: number): number => {
    let length = known.get(node)
    if (length === undefined) {
      length = Math.max(0, ...(next[node] ?? []).map((neighbour) => visit(neighbour) + 1))
      known.set(node, length)
    }
    return length
  }
  return visit(from)
}

/** A genome under construction; ids: inputs, outputs, hidden. */
class Draft {
  readonly connections: Connection[] = []
  /** The nodes that each node's connections lead to, and come from; disabled ones included. */
  readonly targets: number[][] = []
  readonly sources: number[][] = []
  hidden = 0

  constructor(
    readonly size: Size,
    readonly random: () => number,
  ) {}

  below(bound: number): number {
    return Math.floor(this.random() * bound)
  }

  /** About normal with this deviation, with four decimals, to keep the files short. */
  normal(deviation: number): number {
    let sum = -6
    for (let drawn = 0; drawn < 12; drawn++) sum += this.random()
    return Math.round(sum * deviation * 1e4) / 1e4
  }

  get firstHidden(): number {
    return this.size.inputs + this.size.outputs
  }

  connect(from: number, to: number, weight = this.normal(1)): void {
    this.connections.push({ innovation: this.connections.length, from, to, weight, enabled: true })
    this.targets[from] = [...(this.targets[from] ?? []), to]
    this.sources[to] = [...(this.sources[to] ?? []), from]
  }

  /** Whether a connection would be new, closes no cycle, and keeps within the size's depth. */
  allows(from: number, to: number): boolean {
    if (this.targets[from]?.includes(to) || reaches(this.targets, to, from)) return false
    return longest(this.sources, from) + 1 + longest(this.targets, to) <= this.size.depth
  }

  write(kind: 'layered' | 'irregular'): void {
    const { size } = this
    const nodes: object[] = []
    for (let id = 0; id < this.firstHidden + this.hidden; id++) {
      if (id < size.inputs) nodes.push({ id, kind: 'input' })
      else {
        nodes.push({
          id,
          kind: id < this.firstHidden ? 'output' : 'hidden',
          activation: kind === 'layered' ? 'sigmoid' : MIXED[this.below(MIXED.length)],
          bias: this.normal(0.5),
        })
      }
    }
    const lines = (genes: object[]) => genes.map((gene) => `  ${JSON.stringify(gene)}`).join(',\n')
    writeFileSync(
      new URL(`genomes/${size.name}-${kind}.json`, import.meta.url),
      `{"format": "neatron/genome", "version": 1, "inputs": ${size.inputs}, "outputs": ${size.outputs},
"nodes": [
${lines(nodes)}
],
"connections": [
${lines(this.connections)}
]}
`,
    )
  }
}

/** `total` split over `parts` as evenly as it goes. */
function shares(total: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, part) =>
    Math.floor((total * (part + 1)) / parts - Math.floor((total * part) / parts)),
  )
}

/** Inputs to one hidden layer to outputs; each node takes about as many sources as its equals. */
function layered(draft: Draft): void {
  const { inputs, hidden, outputs, connections } = draft.size
  draft.hidden = hidden
  // As many of all that could come from inputs, as of all that could come from hidden nodes.
  const toOutputs = Math.round((connections * outputs) / (outputs + inputs))
  // Goes round the sources, so that none is left out.
  const join = (counts: number[], sources: number, first: number, firstTarget: number) => {
    let source = 0
    counts.forEach((count, target) => {
      for (let taken = 0; taken < count; taken++) {
        draft.connect(first + (source++ % sources), firstTarget + target)
      }
    })
  }
  join(shares(connections - toOutputs, hidden), inputs, 0, draft.firstHidden)
  join(shares(toOutputs, outputs), hidden, draft.firstHidden, inputs)
}

/** Full from inputs to outputs, then grown by add-node and add-connection mutations. */
function irregular(draft: Draft): void {
  const { inputs, hidden, outputs, connections } = draft.size
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) draft.connect(input, inputs + output)
  }
  const addNode = () => {
    const splittable = draft.connections.filter(
      ({ enabled, from, to }) =>
        enabled &&
        longest(draft.sources, from) + 2 + longest(draft.targets, to) <= draft.size.depth,
    )
    const split = splittable[draft.below(splittable.length)]
    const node = draft.firstHidden + draft.hidden++
    split.enabled = false
    draft.connect(split.from, node, 1)
    draft.connect(node, split.to, split.weight)
  }
  const addConnection = (): boolean => {
    for (let attempt = 0; attempt < 100; attempt++) {
      const from = draft.below(draft.firstHidden + draft.hidden)
      const to = inputs + draft.below(outputs + draft.hidden)
      const fromOutput = from >= inputs && from < draft.firstHidden
      if (!fromOutput && draft.allows(from, to)) {
        draft.connect(from, to)
        return true
      }
    }
    return false
  }
  // Each mutation raises the enabled connections by one.
  let nodes = hidden
  let others = connections - inputs * outputs - hidden
  while (nodes + others > 0) {
    // While there are few nodes, there may be no pair left to connect.
    if (draft.below(nodes + others) >= nodes && addConnection()) others--
    else if (nodes > 0) {
      addNode()
      nodes--
    }
  }
}

mkdirSync(new URL('genomes', import.meta.url), { recursive: true })
SIZES.forEach((size, index) => {
  const first = new Draft(size, randomFrom(2 * index + 1))
  layered(first)
  first.write('layered')
  const second = new Draft(size, randomFrom(2 * index + 2))
  irregular(second)
  second.write('irregular')
})
