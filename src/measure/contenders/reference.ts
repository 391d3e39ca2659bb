import type { Genome } from '../../genome/genome.js'
import type { GenomeJSON } from '../../genome/json.js'
import type { ClockCost } from '../clock.js'
import { type BlockCalls, BlockContender } from './blocks.js'
import { collect } from './native.js'

/** The activations as JavaScript's own mathematics has them, in doubles. */
const activations: Readonly<Record<string, (x: number) => number>> = {
  identity: (x) => x,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  steepenedSigmoid: (x) => 1 / (1 + Math.exp(-4.9 * x)),
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x) => (x > 0 ? x : 0.01 * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  gaussian: (x) => Math.exp(-x * x),
  sin: Math.sin,
  abs: Math.abs,
  step: (x) => (x > 0 ? 1 : 0),
}

/** What one would write without an addon: nodes in topological order over typed arrays. */
export function referenceContender(
  genome: Genome,
  trace: Float32Array,
  clock: ClockCost,
): BlockContender {
  return new BlockContender(
    {
      name: 'typescript',
      label: 'TypeScript reference',
      mode: 'in process',
      workload: 'champion',
      rowsPerCall: 1,
    },
    referenceCalls(genome, trace),
    clock,
  )
}

function referenceCalls(genome: Genome, trace: Float32Array): BlockCalls {
  const evaluate = compile(genome.toJSON())
  const size = genome.inputSize
  const outputs = new Float32Array(genome.outputSize)
  const traceRows = trace.length / size
  let at = 0
  const next = () => {
    evaluate(trace, at, outputs)
    at += size
    if (at === trace.length) at = 0
  }
  return {
    traceRows,
    calls(count) {
      let sum = 0
      for (let n = 0; n < count; n++) {
        next()
        sum += outputs[0]
      }
      return sum
    },
    answer() {
      at = 0
      return collect(traceRows, outputs, next)
    },
  }
}

/** A function that answers the row which starts at an offset of an array. */
function compile({ nodes, connections }: GenomeJSON) {
  const inputs = nodes.filter(({ kind }) => kind === 'input')
  const computed = inOrder(nodes, connections)
  const slots = new Map([...inputs, ...computed].map(({ id }, slot) => [id, slot]))
  const enabled = computed.map(({ id }) =>
    connections.filter(({ to, enabled: on }) => on !== false && to === id),
  )
  const firsts = new Uint32Array(computed.length + 1)
  for (const [i, list] of enabled.entries()) firsts[i + 1] = firsts[i] + list.length
  const sources = Uint32Array.from(enabled.flat(), ({ from }) => slots.get(from)!)
  const weights = Float64Array.from(enabled.flat(), ({ weight }) => weight)
  const biases = Float64Array.from(computed, ({ bias }) => bias ?? 0)
  const functions = computed.map(({ activation }) => activations[activation ?? 'identity'])
  const outputSlots = nodes.filter(({ kind }) => kind === 'output').map(({ id }) => slots.get(id)!)
  const values = new Float64Array(slots.size)
  return (trace: Float32Array, at: number, outputs: Float32Array): void => {
    for (let i = 0; i < inputs.length; i++) values[i] = trace[at + i]
    for (let n = 0; n < computed.length; n++) {
      let sum = biases[n]
      for (let c = firsts[n]; c < firsts[n + 1]; c++) sum += weights[c] * values[sources[c]]
      values[inputs.length + n] = functions[n](sum)
    }
    for (let o = 0; o < outputSlots.length; o++) outputs[o] = values[outputSlots[o]]
  }
}

/** Nodes other than inputs, each after everything it reads. */
function inOrder(
  nodes: GenomeJSON['nodes'],
  connections: GenomeJSON['connections'],
): GenomeJSON['nodes'] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const order: GenomeJSON['nodes'] = []
  const seen = new Set<number>()
  const visit = (id: number): void => {
    const node = byId.get(id)!
    if (seen.has(id) || node.kind === 'input') return
    seen.add(id)
    for (const { from, to, enabled } of connections) {
      if (to === id && enabled !== false) visit(from)
    }
    order.push(node)
  }
  for (const { id } of nodes) visit(id)
  return order
}
