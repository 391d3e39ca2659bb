import { NeatronError } from '../errors.js'
import { Genome } from '../genome/genome.js'

/** One way of doing a brain's inference. It counts in the recorder it was made with. */
export interface Inference {
  load(genomes: readonly Genome[]): void | Promise<void>
  feedForwardRows(
    genome: Uint32Array,
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
    slots?: Uint32Array,
  ): void | Promise<void>
  infer(row: ArrayLike<number>, genome: number, signal?: AbortSignal): Promise<Float32Array>
  flush(): Promise<void>
  close(): Promise<void>
}

/** What rows must look like: set by the population that answers them. */
export interface RowShape {
  readonly inputSize: number
  readonly outputSize: number
  /** Genomes that can be named. */
  readonly genomes: number
}

/** The shape of a population, all genomes of which have as many inputs and outputs as the first. */
export function rowShape(genomes: readonly Genome[]): RowShape {
  if (!Array.isArray(genomes) || !genomes.every((genome) => genome instanceof Genome)) {
    throw new NeatronError(
      'ARGUMENT_TYPE',
      'a brain loads an array of Genomes, but something else came',
    )
  }
  const [first]: readonly Genome[] = genomes
  if (first === undefined) {
    throw new NeatronError(
      'POPULATION_SHAPE',
      'a population needs at least one genome, but came with none',
    )
  }
  const { inputSize, outputSize } = first
  for (const [index, genome] of genomes.entries()) {
    if (genome.inputSize === inputSize && genome.outputSize === outputSize) continue
    throw new NeatronError(
      'POPULATION_SHAPE',
      `all genomes of a population must have ${inputSize} inputs and ${outputSize} outputs like the first, ` +
        `but genome ${index} has ${genome.inputSize} and ${genome.outputSize}`,
    )
  }
  return { inputSize, outputSize, genomes: genomes.length }
}

/** One row as floats, checked: its length, its values, its genome. */
export function checkedRow(row: ArrayLike<number>, genome: number, shape: RowShape): Float32Array {
  if (row.length !== shape.inputSize) {
    throw new NeatronError(
      'INPUT_LENGTH',
      `a row must have ${shape.inputSize} inputs, but has ${row.length}`,
    )
  }
  checkGenome(genome, shape)
  const inputs = Float32Array.from(row)
  checkFinite(inputs, shape.inputSize)
  return inputs
}

/** Throws `GENOME_INDEX` unless the population has this genome. */
export function checkGenome(genome: number, { genomes }: RowShape): void {
  if (Number.isInteger(genome) && genome >= 0 && genome < genomes) return
  throw new NeatronError(
    'GENOME_INDEX',
    `genome must be an index into the ${genomes} genomes loaded, but is ${genome}`,
  )
}

/** Throws `INPUT_NOT_FINITE` for the first value that no server could take. */
export function checkFinite(inputs: Float32Array, inputSize: number): void {
  for (let i = 0; i < inputs.length; i++) {
    if (Number.isFinite(inputs[i])) continue
    throw new NeatronError(
      'INPUT_NOT_FINITE',
      `inputs must be finite float32 numbers, but input ${i % inputSize} of row ${Math.floor(i / inputSize)} ` +
        `is ${inputs[i]}; see what the simulation computed`,
    )
  }
}

/** The error of a call before `load`. */
export function notLoaded(): NeatronError {
  return new NeatronError(
    'BRAIN_NOT_LOADED',
    'this brain has no population yet; call load(genomes) first',
  )
}

/** The error of every call after `close`. */
export function closed(): NeatronError {
  return new NeatronError('BRAIN_CLOSED', 'this brain is closed; make another')
}
