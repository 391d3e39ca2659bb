import type { GenomeJSON, NodeJSON } from '#src/genome/json.js'
import { type Evaluated, evaluate } from '../../test/reference.js'
import type { Contender } from './contender.js'

/** How far an exported model may be from native, relative above 1 (the contract). */
const MODEL_TOLERANCE = 1e-5

/** Steps that recurrent contenders take before they are compared: enough to read a state. */
export const STEPS = 3

/** Throws unless each contender has these outputs after so many runs from its beginning. */
export async function verify(
  what: string,
  expected: readonly Evaluated[],
  contenders: readonly Contender[],
  runs = 1,
): Promise<void> {
  for (const { name, run, restart, outputs } of contenders) {
    if (outputs === undefined) continue
    restart?.()
    for (let count = 0; count < runs; count++) await run()
    expected.forEach(({ value, error }, at) => {
      const tolerance = error + MODEL_TOLERANCE * Math.max(1, Math.abs(value))
      if (!(Math.abs(outputs[at] - value) <= tolerance)) {
        throw new Error(`${name} on ${what}: output ${at} is ${outputs[at]}, not ${value}`)
      }
    })
  }
}

/** The outputs of the first `rows` rows of `inputs`. */
export function expectedOf(json: GenomeJSON, inputs: Float32Array, rows: number): Evaluated[] {
  const each = Array.from({ length: rows }, (_, row) =>
    inputs.subarray(row * json.inputs, (row + 1) * json.inputs),
  )
  return each.flatMap((row) => evaluate(json, row))
}

/**
 * A recurrent genome as a feed-forward one that takes {@link STEPS} steps: every node once for each
 * step, reading its sources of the step before. All steps read the same inputs.
 */
export function unrolled(json: GenomeJSON): GenomeJSON {
  const kinds = new Map(json.nodes.map(({ id, kind }) => [id, kind]))
  const idOf = (id: number, step: number) => id * (STEPS + 1) + step
  const at = (step: number) => (node: NodeJSON) => ({
    ...node,
    id: idOf(node.id, step),
    kind: step < STEPS ? ('hidden' as const) : node.kind,
  })
  const steps = Array.from({ length: STEPS }, (_, before) => before + 1)
  const inputs = json.nodes.filter(({ kind }) => kind === 'input')
  const others = json.nodes.filter(({ kind }) => kind !== 'input')
  const connections = steps.flatMap((step) =>
    json.connections.flatMap((gene) => {
      const input = kinds.get(gene.from) === 'input'
      // Before the first step all values are 0.
      if (!input && step === 1) return []
      const from = idOf(gene.from, input ? 0 : step - 1)
      return [{ ...gene, innovation: idOf(gene.innovation, step), from, to: idOf(gene.to, step) }]
    }),
  )
  const first = inputs.map((node) => ({ ...node, id: idOf(node.id, 0) }))
  const nodes = [...first, ...steps.flatMap((step) => others.map(at(step)))]
  return { ...json, recurrent: false, nodes, connections }
}
