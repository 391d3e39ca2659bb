import { NeatronError } from '../errors.js'
import { asNeatronError } from '../native/addon.js'
import { checkGenomeIndices, checkPlace, checkRows, checkSlots, checkWords } from './arrays.js'
import { guardBound } from './bound.js'
import { type CompileOptions, Genome, recurrentOf } from './genome.js'
import { checkOwn, OWN } from './options.js'
import {
  feedForwardPopulation,
  type PopulationEngine,
  recurrentPopulation,
} from './population-engine.js'

/** The rows of {@link Population.feedForward}, made when they are first asked for. */
interface OwnRows {
  inputs: Float32Array
  outputs: Float32Array
  call: () => void
}

/** Packed genomes on their way to the addon, kept so that a generation costs no new memory. */
let words = new Uint32Array(1 << 12)

/** Puts the genomes one after the other in `words` and returns where each starts, and the end. */
function pack(genomes: readonly Genome[]): Uint32Array {
  const offsets = new Uint32Array(genomes.length + 1)
  let end = 0
  for (let index = 0; index < genomes.length; index++) {
    const genome = genomes[index]
    if (!(genome instanceof Genome)) {
      throw new NeatronError(
        'ARGUMENT_TYPE',
        `genomes[${index}] is no Genome; pass objects made by Genome.random or Genome.fromJSON`,
      )
    }
    checkWords(genome.words)
    end += genome.words.length
    offsets[index + 1] = end
  }
  if (words.length < end) words = new Uint32Array(2 * end)
  for (let index = 0; index < genomes.length; index++) {
    words.set(genomes[index].words, offsets[index])
  }
  return offsets
}

/** Whether genomes are marked recurrent, which goes for all or for none. */
function allRecurrent(genomes: readonly Genome[]): boolean {
  const recurrent = genomes[0]?.recurrent ?? false
  const other = genomes.findIndex((genome) => genome.recurrent !== recurrent)
  if (other < 0) return recurrent
  throw new NeatronError(
    'POPULATION_SHAPE',
    `genome 0 is ${recurrent ? '' : 'not '}marked recurrent and genome ${other} is the opposite; ` +
      'mark all or none, or pass { recurrent }',
  )
}

/**
 * A whole generation, compiled in one native call. All its genomes have as many inputs, and as
 * many outputs. It does not follow later changes of the genomes.
 *
 * A population of recurrent genomes keeps states, each in a numbered slot, and every call moves the
 * states of its rows on by one step. A state begins as zeros. {@link Population.feedForward} has
 * genome i in slot i; {@link Population.feedForwardRows} says which slot each row has.
 */
export class Population {
  /** Number of genomes P. */
  readonly size: number
  /** Length of a row of inputs. */
  readonly inputSize: number
  /** Length of a row of outputs. */
  readonly outputSize: number
  /**
   * Numbers in a state, which has room for the genome that needs most; 0 unless the genomes are
   * recurrent.
   */
  readonly stateSize: number
  readonly #engine: PopulationEngine
  #feedForwardRows: ReturnType<PopulationEngine['feedForwardRows']> | undefined
  #own: OwnRows | undefined

  private constructor(own: symbol, engine: PopulationEngine, genomes: readonly Genome[]) {
    checkOwn(own, 'Population.compile(genomes)')
    this.#engine = engine
    this.stateSize = engine.stateSize
    this.size = genomes.length
    this.inputSize = genomes[0].inputSize
    this.outputSize = genomes[0].outputSize
  }

  /**
   * Compiles a generation.
   *
   * @param genomes at least one, all with the same number of inputs and of outputs
   * @param options whether they run as recurrent networks; by default as they are marked, which
   *   must be the same for all
   * @throws {@link NeatronError} `POPULATION_SHAPE`, `ARGUMENT_TYPE`, and what
   *   {@link Genome.compile} throws; the message names the genome
   */
  static compile(genomes: readonly Genome[], options?: CompileOptions): Population {
    if (!Array.isArray(genomes)) {
      throw new NeatronError('ARGUMENT_TYPE', 'genomes must be an array of Genome objects')
    }
    const asked = recurrentOf(options)
    const offsets = pack(genomes)
    const recurrent = asked ?? allRecurrent(genomes)
    const engine = recurrent ? recurrentPopulation : feedForwardPopulation
    return new Population(OWN, engine(words.subarray(0, offsets[genomes.length]), offsets), genomes)
  }

  /**
   * Bytes of native memory that the population takes, states not included. It grows once: after two
   * calls of {@link Population.feedForward} the population makes a second layout, for these.
   *
   * @throws {@link NeatronError} `POPULATION_DISPOSED`
   */
  get byteLength(): number {
    return this.#engine.byteLength()
  }

  /** Row-major [P x inputSize]: row i is what genome i answers in {@link Population.feedForward}. */
  get inputs(): Float32Array {
    return this.#rows().inputs
  }

  /** Row-major [P x outputSize]: the answers of {@link Population.feedForward}. */
  get outputs(): Float32Array {
    return this.#rows().outputs
  }

  /**
   * Computes each genome on its own row of `inputs`, into its row of `outputs`, on several threads
   * where they pay.
   *
   * @throws {@link NeatronError} `BUFFER_DETACHED` if `inputs` or `outputs` was transferred away,
   *   `POPULATION_DISPOSED`
   */
  feedForward(): void {
    this.#rows().call()
  }

  /**
   * Computes any rows: row r is answered by genome `genome[r]`. A genome may answer many rows or
   * none; rows of one genome next to each other share work.
   *
   * @param genome index in the population for each row; may be longer than `rows`
   * @param inputs row-major [rows x inputSize]; may be longer
   * @param outputs row-major [rows x outputSize], written; may be longer; must not share memory
   *   with the other two
   * @param rows whole, at least 1
   * @param slots for recurrent genomes, the slot of each row's state, no two the same in a call; may
   *   be longer than `rows`. An episode has a slot to itself, numbered from 0, however few of them
   *   are still running. By default row r has slot `genome[r]`, which does where a genome has one
   *   episode at a time. Without states it is ignored.
   * @throws {@link NeatronError} `GENOME_INDEX`, `GENOME_LENGTH`, `ROWS_RANGE`,
   *   `POPULATION_DISPOSED`, `SLOT_INDEX`, `SLOT_LENGTH`, `SLOT_REPEATED`, and as
   *   {@link Network.feedForward}; nothing is written then
   */
  feedForwardRows(
    genome: Uint32Array,
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
    slots?: Uint32Array,
  ): void {
    checkGenomeIndices(genome)
    checkRows(inputs, outputs)
    if (slots !== undefined) checkSlots(slots)
    this.#feedForwardRows ??= this.#engine.feedForwardRows()
    try {
      this.#feedForwardRows(genome, inputs, outputs, rows, slots)
    } catch (error) {
      throw asNeatronError(error)
    }
  }

  /**
   * Brings states back to their beginning, zeros. Without states there is nothing to do.
   *
   * @param slot the slot of which to reset the state; all by default
   * @throws {@link NeatronError} `ARGUMENT_TYPE`, `ARGUMENT_RANGE`, `POPULATION_DISPOSED`
   */
  reset(slot?: number): void {
    if (slot !== undefined) checkPlace('slot', slot)
    this.#engine.reset(slot)
  }

  /**
   * Frees the native memory now; calls throw `POPULATION_DISPOSED` from then on. Without it the
   * memory is freed after garbage collection, but Node does that only between turns of the event
   * loop, and a training run may take none for long.
   */
  dispose(): void {
    this.#engine.dispose()
  }

  #rows(): OwnRows {
    if (this.#own === undefined) {
      const inputs = new Float32Array(this.size * this.inputSize)
      const outputs = new Float32Array(this.size * this.outputSize)
      const call = guardBound(this.#engine.bind(inputs, outputs))
      this.#own = { inputs, outputs, call }
    }
    return this.#own
  }
}
