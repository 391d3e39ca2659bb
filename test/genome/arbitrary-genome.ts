import fc from 'fast-check'
import type { ConnectionJSON, GenomeJSON, NodeJSON } from '#src/genome/json.js'
import { ACTIVATIONS } from '#src/genome/layout.js'

const real = (size: number) =>
  fc.double({ min: -size, max: size, noNaN: true }).map((value) => Math.fround(value))

/** A row of that many numbers. */
export const arbitraryRow = (length: number) =>
  fc.array(real(2), { minLength: length, maxLength: length })

/**
 * Feed-forward genomes of every shape that the format allows: nodes in any order with any ids,
 * skip connections, outputs that feed other nodes, two connections between the same nodes,
 * disabled connections (in cycles too), isolated and unreachable nodes, every activation.
 */
export const arbitraryGenome: fc.Arbitrary<GenomeJSON> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 5 }),
    outputs: fc.integer({ min: 1, max: 4 }),
    hidden: fc.integer({ min: 0, max: 12 }),
  })
  .chain((sizes) => {
    const total = sizes.inputs + sizes.outputs + sizes.hidden
    const computed = total - sizes.inputs
    return fc
      .record({
        ids: fc.uniqueArray(fc.nat(0xffffffff), { minLength: total, maxLength: total }),
        // Enabled connections go from lower to higher ranks, so that they close no cycle.
        ranks: fc.shuffledSubarray([...Array(computed).keys()], { minLength: computed }),
        listing: fc.shuffledSubarray([...Array(total).keys()], { minLength: total }),
        activations: fc.array(fc.constantFrom(...ACTIVATIONS), {
          minLength: computed,
          maxLength: computed,
        }),
        biases: fc.array(real(2), { minLength: computed, maxLength: computed }),
        edges: fc.array(
          fc.record({
            innovation: fc.nat(0xffffffff),
            from: fc.nat(total - 1),
            to: fc.nat(computed - 1),
            weight: real(3),
            enabled: fc.boolean(),
          }),
          { maxLength: 40 },
        ),
      })
      .map(({ ids, ranks, listing, activations, biases, edges }) => {
        const nodeAt = (position: number): NodeJSON => {
          const index = position - sizes.inputs
          if (index < 0) return { id: ids[position], kind: 'input' }
          const kind = index < sizes.outputs ? 'output' : 'hidden'
          return { id: ids[position], kind, activation: activations[index], bias: biases[index] }
        }
        const rank = (position: number) =>
          position < sizes.inputs ? -1 : ranks[position - sizes.inputs]
        const connections = new Map<number, ConnectionJSON>()
        for (const edge of edges) {
          let [from, to] = [edge.from, sizes.inputs + edge.to]
          const enabled = edge.enabled && from !== to
          if (enabled && rank(from) > rank(to)) [from, to] = [to, from]
          const { innovation, weight } = edge
          connections.set(innovation, { innovation, from: ids[from], to: ids[to], weight, enabled })
        }
        return {
          format: 'neatron/genome',
          version: 1,
          inputs: sizes.inputs,
          outputs: sizes.outputs,
          nodes: listing.map(nodeAt),
          connections: [...connections.values()],
        }
      })
  })
