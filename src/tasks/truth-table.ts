import type { Config } from '../neat/config.js'
import type { Simulation, Task } from './task.js'

/** A boolean function to be learnt from its whole truth table. */
export interface BooleanFunction {
  readonly name: string
  readonly description: string
  /** Number of bits. */
  readonly inputs: number
  /** Parameters of NEAT that suit it better than the defaults. */
  readonly config?: Partial<Config>
  /** The value for the bits, each 0 or 1. */
  answer(bits: readonly number[]): boolean
}

/** All patterns of a function, row-major, and what each should give. */
class Table {
  readonly size: number
  readonly patterns: Float32Array
  readonly answers: Float32Array

  constructor({ inputs, answer }: BooleanFunction) {
    this.size = 2 ** inputs
    const rows = Array.from({ length: this.size }, (_, pattern) =>
      Array.from({ length: inputs }, (_, bit) => (pattern >> (inputs - 1 - bit)) & 1),
    )
    this.patterns = Float32Array.from(rows.flat())
    this.answers = Float32Array.from(rows, (bits) => (answer(bits) ? 1 : 0))
  }

  /** Whether an output is on its answer's side of 0.5. */
  right(pattern: number, output: number): boolean {
    return output > 0.5 === this.answers[pattern] > 0.5
  }
}

/**
 * The task of learning a boolean function: inputs are 0 or 1, and fitness is, as in Stanley and
 * Miikkulainen's XOR (2002, section 4.1), the square of the patterns less the sum of their errors.
 * It is solved when each output is on its side of 0.5.
 */
export function truthTable(fn: BooleanFunction): Task {
  const table = new Table(fn)
  const { name, description, inputs, config } = fn
  return {
    name,
    description,
    inputs,
    outputs: 1,
    config,
    // All outputs perfect. A solution need not be perfect, and may be less fit than a network that
    // has one output wrong and the others perfect, so candidates are told by their outputs.
    targetFitness: table.size ** 2,
    start: (genomes) => new AllPatterns(table, genomes),
    test(champion) {
      const outputs = new Float32Array(table.size)
      champion.compile().feedForwardBatch(table.patterns, outputs, table.size)
      const passed = outputs.reduce((n, output, p) => n + (table.right(p, output) ? 1 : 0), 0)
      return { solved: passed === table.size, passed, episodes: table.size }
    },
  }
}

/** One tick, in which every genome answers every pattern. */
class AllPatterns implements Simulation {
  readonly maxRows: number
  readonly numbersEpisodes = true
  readonly #fitness: Float64Array
  readonly #right: Uint32Array
  #done = false

  constructor(
    readonly table: Table,
    readonly genomes: number,
  ) {
    this.maxRows = genomes * table.size
    this.#fitness = new Float64Array(genomes)
    this.#right = new Uint32Array(genomes)
  }

  observe(genome: Uint32Array, inputs: Float32Array, slots?: Uint32Array): number {
    if (this.#done) return 0
    const { patterns, size } = this.table
    for (let index = 0; index < this.genomes; index++) {
      genome.fill(index, index * size, index * size + size)
      inputs.set(patterns, index * patterns.length)
    }
    if (slots !== undefined) for (let row = 0; row < this.maxRows; row++) slots[row] = row
    return this.maxRows
  }

  act(outputs: Float32Array): void {
    const { answers, size } = this.table
    for (let index = 0; index < this.genomes; index++) {
      let error = 0
      for (let p = 0; p < size; p++) {
        const output = outputs[index * size + p]
        error += Math.abs(answers[p] - output)
        if (this.table.right(p, output)) this.#right[index]++
      }
      // Activations without bounds can err by more than there are patterns.
      this.#fitness[index] = Math.max(0, size - error) ** 2
    }
    this.#done = true
  }

  fitness(into: Float64Array): void {
    into.set(this.#fitness)
  }

  candidate(index: number): boolean {
    return this.#right[index] === this.table.size
  }
}
