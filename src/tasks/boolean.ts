import type { Config } from '../neat/config.js'
import type { Task } from './task.js'
import { truthTable } from './truth-table.js'

/**
 * These need more structure than XOR, and its growth would take long; and
 * genomes of 20 genes and more, whose distance is normalised, would all fall into one species.
 */
const CONFIG: Partial<Config> = {
  addNode: 0.1,
  addConnection: 0.3,
  targetSpecies: 12,
  weightRange: 8,
}

/** Whether an odd number of `bits` bits is set. */
export function parity(bits: number): Task {
  return truthTable({
    config: CONFIG,
    name: `parity-${bits}`,
    description: `whether an odd number of ${bits} bits is set`,
    inputs: bits,
    answer: (values) => values.reduce((sum, bit) => sum + bit, 0) % 2 === 1,
  })
}

/** The one of 2^address data bits, the last inputs, that the first `address` bits name. */
export function multiplexer(address: number): Task {
  const inputs = address + 2 ** address
  return truthTable({
    config: CONFIG,
    name: `multiplexer-${inputs}`,
    description: `the one of ${2 ** address} bits that ${address} other bits name`,
    inputs,
    answer: (values) => {
      const selected = values.slice(0, address).reduce((index, bit) => index * 2 + bit, 0)
      return values[address + selected] === 1
    },
  })
}
