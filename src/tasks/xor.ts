import { truthTable } from './truth-table.js'

/** Exclusive or, as in Stanley and Miikkulainen (2002), section 4.1. */
export const xor = truthTable({
  name: 'xor',
  description: 'exclusive or: the smallest problem that needs a hidden node',
  inputs: 2,
  answer: ([a, b]) => a !== b,
})
