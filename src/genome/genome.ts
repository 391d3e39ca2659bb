import { NeatronError } from '../errors.js'
import { checkWords } from './arrays.js'
import { type GenomeJSON, packJSON, unpackJSON } from './json.js'
import {
  FLAG_RECURRENT,
  HEADER_CONNECTIONS,
  HEADER_FLAGS,
  HEADER_INPUTS,
  HEADER_NODES,
  HEADER_OUTPUTS,
} from './layout.js'
import { Network } from './network.js'
import { checkFlag, checkOptions, checkOwn, OWN } from './options.js'
import { packRandom, type RandomGenomeOptions } from './random-genome.js'

/** How a genome is compiled. */
export interface CompileOptions {
  /**
   * Whether the network keeps a state and takes cycles; by default as the genome is marked. At
   * each step every node reads the values that its sources had one step before (inputs: this
   * step's), so an input needs as many steps to reach an output as there are connections between.
   */
  recurrent?: boolean
}

/** Whether `options` ask for recurrent networks; undefined if they leave it to the genomes. */
export function recurrentOf(options: CompileOptions | undefined): boolean | undefined {
  checkOptions('compile', options, ['recurrent'])
  checkFlag('recurrent', options?.recurrent)
  return options?.recurrent
}

/** What {@link Genome.feedForward} keeps between calls. */
interface Runner {
  inputs: Float32Array
  outputs: Float32Array
  /** Computes the row, from the beginning. */
  call: () => void
}

/**
 * What evolves: node genes and connection genes, in the packed layout of src/genome/layout.ts.
 * Treat it as immutable: what was compiled from it does not follow changes.
 */
export class Genome {
  /** The packed genes. */
  readonly words: Uint32Array
  #floats: Float32Array | undefined
  #runner: Runner | undefined

  private constructor(own: symbol, words: Uint32Array) {
    checkOwn(own, 'Genome.random, Genome.fromJSON or Genome.fromWords')
    this.words = words
  }

  /**
   * A random feed-forward genome, for tests and measurements.
   *
   * @throws {@link NeatronError} `ARGUMENT_TYPE`, `ARGUMENT_RANGE`
   */
  static random(options: RandomGenomeOptions): Genome {
    return new Genome(OWN, packRandom(options))
  }

  /**
   * Reads a genome in the JSON format: a value, as `JSON.parse` gives it.
   *
   * @throws {@link NeatronError} `GENOME_FORMAT`, `GENOME_NODE_KIND`, `GENOME_UNKNOWN_NODE`,
   *   `GENOME_DUPLICATE_NODE`, `GENOME_DUPLICATE_INNOVATION`, `GENOME_NOT_FINITE`. A cycle is
   *   found by {@link Genome.compile}.
   */
  static fromJSON(value: unknown): Genome {
    return new Genome(OWN, packJSON(value))
  }

  /**
   * A genome of packed genes (src/genome/layout.ts), which it takes over without a copy and hardly
   * checked: compiling checks them. Made for `words` from another genome, such as one sent by a
   * worker.
   *
   * @throws {@link NeatronError} `ARGUMENT_TYPE` for no `Uint32Array`; `GENOME_FORMAT` for one too
   *   short to be a genome, as it is when its memory was transferred away
   */
  static fromWords(words: Uint32Array): Genome {
    checkWords(words)
    return new Genome(OWN, words)
  }

  /** The genes in the JSON format. */
  toJSON(): GenomeJSON {
    return unpackJSON(this.words)
  }

  /** The packed genes read as f32: biases and weights. */
  get floats(): Float32Array {
    const { words } = this
    this.#floats ??= new Float32Array(words.buffer, words.byteOffset, words.length)
    return this.#floats
  }

  /** Number of inputs. */
  get inputSize(): number {
    return this.words[HEADER_INPUTS]
  }

  /** Number of outputs. */
  get outputSize(): number {
    return this.words[HEADER_OUTPUTS]
  }

  /** Number of node genes, inputs and outputs included. */
  get nodeCount(): number {
    return this.words[HEADER_NODES]
  }

  /** Number of connection genes, disabled ones included. */
  get connectionCount(): number {
    return this.words[HEADER_CONNECTIONS]
  }

  /** Whether the genome is marked recurrent. */
  get recurrent(): boolean {
    return (this.words[HEADER_FLAGS] & FLAG_RECURRENT) !== 0
  }

  /**
   * Computes one row, and checks it: the convenient call. It compiles once, and allocates the
   * result; {@link Network.bind} is the fast one. A genome marked recurrent begins anew at each
   * call, and takes its first step: {@link Genome.compile} makes what keeps a state.
   *
   * @param inputs `inputSize` finite numbers
   * @returns `outputSize` finite numbers
   * @throws {@link NeatronError} `INPUT_LENGTH`, `ARGUMENT_TYPE`, `INPUT_NOT_FINITE` (also for a
   *   number beyond f32), `OUTPUT_NOT_FINITE` (finite inputs can overflow), and as
   *   {@link Genome.compile}
   */
  feedForward(inputs: ArrayLike<number>): Float32Array {
    this.#runner ??= this.#run()
    const { inputs: row, outputs, call } = this.#runner
    copyRow(inputs, row)
    call()
    const index = outputs.findIndex((value) => !Number.isFinite(value))
    if (index >= 0) {
      throw new NeatronError(
        'OUTPUT_NOT_FINITE',
        `output ${index} is ${outputs[index]}: these inputs overflow the network; scale inputs or weights down`,
      )
    }
    return outputs.slice()
  }

  /**
   * The network that runs.
   *
   * @throws {@link NeatronError} `ARGUMENT_TYPE` for options that there are not; `GENOME_CYCLE` naming the nodes on a cycle of enabled connections,
   *   unless the network is to be recurrent
   */
  compile(options?: CompileOptions): Network {
    return Network.compile(this.words, recurrentOf(options) ?? this.recurrent)
  }

  #run(): Runner {
    const network = this.compile()
    const inputs = new Float32Array(network.inputSize)
    const outputs = new Float32Array(network.outputSize)
    const bound = network.bind(inputs, outputs)
    const call = () => {
      network.reset()
      bound()
    }
    return { inputs, outputs, call: network.stateSize > 0 ? call : bound }
  }
}

/** Copies a row of numbers from outside, refusing what a network cannot take. */
function copyRow(from: ArrayLike<number>, row: Float32Array): void {
  const length = from?.length
  if (length !== row.length) {
    throw new NeatronError(
      'INPUT_LENGTH',
      `expected ${row.length} inputs, but ${length === undefined ? 'no array' : length} came`,
    )
  }
  for (let index = 0; index < row.length; index++) {
    const value = from[index]
    if (typeof value !== 'number') {
      throw new NeatronError(
        'ARGUMENT_TYPE',
        `input ${index} must be a number, but ${value === null ? 'null' : typeof value} came`,
      )
    }
    row[index] = value
    if (!Number.isFinite(row[index])) {
      throw new NeatronError(
        'INPUT_NOT_FINITE',
        `input ${index} is ${value}; every input must be a finite 32-bit float`,
      )
    }
  }
}
