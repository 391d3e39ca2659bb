import type { Task } from './task.js'
import { truthTable } from './truth-table.js'

/** Whether an odd number of `bits` bits is set. */
export function parity(bits: number): Task {
  return truthTable({
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
    name: `multiplexer-${inputs}`,
    description: `the one of ${2 ** address} bits that ${address} other bits name`,
    inputs,
    answer: (values) => {
      const selected = values.slice(0, address).reduce((index, bit) => index * 2 + bit, 0)
      return values[address + selected] === 1
    },
  })
}
