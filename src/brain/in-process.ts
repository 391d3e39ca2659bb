import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import { Population } from '../genome/population.js'
import {
  checkedRow,
  closed,
  type Inference,
  notLoaded,
  type RowShape,
  rowShape,
} from './inference.js'
import { nowNs, type Recorder } from './recorder.js'

/** Inference by the native addon: a call is one native call for all its rows. */
export class InProcess implements Inference {
  readonly #recorder: Recorder
  #population: Population | undefined
  #shape: RowShape | undefined
  #closed = false
  readonly #genome = new Uint32Array(1)

  constructor(recorder: Recorder) {
    this.#recorder = recorder
  }

  load(genomes: readonly Genome[]): void {
    if (this.#closed) throw closed()
    const shape = rowShape(genomes)
    const population = Population.compile(genomes)
    // Waiting for garbage collection would pile up a run's populations in native memory.
    this.#population?.dispose()
    this.#population = population
    this.#shape = shape
  }

  feedForwardRows(
    genome: Uint32Array,
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
    slots?: Uint32Array,
  ): void {
    const population = this.#population
    if (population === undefined) throw this.#closed ? closed() : notLoaded()
    if (rows === 0) return
    const recorder = this.#recorder
    const startedAt = nowNs()
    population.feedForwardRows(genome, inputs, outputs, rows, slots)
    const ns = nowNs() - startedAt
    // Rows that were refused, for their number perhaps, have not been asked.
    recorder.asked(rows)
    recorder.answered(rows, ns)
  }

  async infer(row: ArrayLike<number>, genome: number, signal?: AbortSignal): Promise<Float32Array> {
    signal?.throwIfAborted()
    if (this.#shape === undefined) throw this.#closed ? closed() : notLoaded()
    const inputs = checkedRow(row, genome, this.#shape)
    const outputs = new Float32Array(this.#shape.outputSize)
    this.#genome[0] = genome
    this.feedForwardRows(this.#genome, inputs, outputs, 1)
    if (!outputs.every(Number.isFinite)) {
      throw new NeatronError(
        'OUTPUT_NOT_FINITE',
        `genome ${genome} overflows on these inputs: its outputs are [${outputs.join(', ')}]; ` +
          'scale the inputs, or bound the weights',
      )
    }
    return outputs
  }

  async flush(): Promise<void> {
    // Nothing is ever buffered.
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#population?.dispose()
    this.#population = undefined
    this.#shape = undefined
  }
}
