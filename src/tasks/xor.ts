import type { Task } from './task.js'

/** The four patterns, row-major [4 x 2], and what each should give. */
const PATTERNS = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1)
const ANSWERS = Float32Array.of(0, 1, 1, 0)

/**
 * Exclusive or, as in Stanley and Miikkulainen (2002), section 4.1: fitness is (4 - the sum of the
 * four errors) squared; it is solved when each output is on its side of 0.5. Inputs are 0 or 1.
 */
export const xor: Task = {
  name: 'xor',
  description: 'exclusive or: the smallest problem that needs a hidden node',
  inputs: 2,
  outputs: 1,
  // Four perfect outputs; a solution need not be perfect, and may be less fit than a network that
  // has three outputs perfect and one wrong (9), so candidates are told by their outputs.
  targetFitness: 16,
  start(genomes) {
    const fitness = new Float64Array(genomes)
    const right = new Uint8Array(genomes)
    let done = false
    return {
      maxRows: genomes * 4,
      observe(genome, inputs) {
        if (done) return 0
        for (let index = 0; index < genomes; index++) {
          genome.fill(index, index * 4, index * 4 + 4)
          inputs.set(PATTERNS, index * 8)
        }
        return genomes * 4
      },
      act(outputs) {
        for (let index = 0; index < genomes; index++) {
          let error = 0
          for (let p = 0; p < 4; p++) {
            const output = outputs[index * 4 + p]
            error += Math.abs(ANSWERS[p] - output)
            if (output > 0.5 === ANSWERS[p] > 0.5) right[index]++
          }
          // Activations without bounds can err by more than 4 in all.
          fitness[index] = Math.max(0, 4 - error) ** 2
        }
        done = true
      },
      fitness(into) {
        into.set(fitness)
      },
      candidate: (index) => right[index] === 4,
    }
  },
  test(champion) {
    const outputs = new Float32Array(4)
    champion.compile().feedForwardBatch(PATTERNS, outputs, 4)
    const passed = outputs.reduce((n, out, p) => n + (out > 0.5 === ANSWERS[p] > 0.5 ? 1 : 0), 0)
    return { solved: passed === 4, passed, episodes: 4 }
  },
}
