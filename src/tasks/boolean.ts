import type { Config } from '../neat/config.js'
import type { Task } from './task.js'
import { truthTable } from './truth-table.js'

/**
 * Parity needs more structure than XOR, and its growth would take long; a distance that is not
 * normalised keeps large genomes from falling into one species. Hidden nodes that rise and fall
 * (gaussian, sine) decide: with sigmoids alone most runs for 4 bits end with one pattern wrong.
 */
const PARITY: Partial<Config> = {
  addNode: 0.1,
  addConnection: 0.3,
  weightRange: 8,
  perturbation: 0.4,
  smallGenome: 1000,
  targetSpecies: 12,
  hiddenActivations: ['steepenedSigmoid', 'gaussian', 'sin'],
  mutateActivation: 0.05,
}

/** The same for multiplexers, which need more of it. With sigmoids no run was solved. */
const MULTIPLEXER: Partial<Config> = {
  population: 500,
  addNode: 0.2,
  addConnection: 0.5,
  weightRange: 8,
  perturbation: 0.5,
  smallGenome: 1000,
  targetSpecies: 25,
  hiddenActivations: ['relu'],
}

/** Whether an odd number of `bits` bits is set. */
export function parity(bits: number): Task {
  return truthTable({
    config: PARITY,
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
    config: MULTIPLEXER,
    name: `multiplexer-${inputs}`,
    description: `the one of ${2 ** address} bits that ${address} other bits name`,
    inputs,
    answer: (values) => {
      const selected = values.slice(0, address).reduce((index, bit) => index * 2 + bit, 0)
      return values[address + selected] === 1
    },
  })
}
