import { NeatronError } from '../errors.js'
import { asNeatronError } from '../native/addon.js'
import { checkPlace, checkRows } from './arrays.js'
import { guardBound } from './bound.js'
import { type Engine, feedForwardEngine, recurrentEngine } from './engine.js'
import { HEADER_INPUTS, HEADER_OUTPUTS } from './layout.js'
import { checkOwn, OWN } from './options.js'
import { Repeats } from './repeats.js'

/** `TypedArray.prototype.set`, which user code cannot replace on its own arrays. */
const { set } = Float32Array.prototype

/**
 * A compiled genome: what runs. It does not follow later changes of the genome.
 *
 * Every way of calling it gives bit-identical outputs. None checks that numbers are finite:
 * a NaN input makes NaN outputs ({@link Genome.feedForward} checks).
 *
 * A recurrent network keeps a state for each row, and every call moves the states of its rows on by
 * one step: {@link Network.feedForward} and bound calls that of row 0, a batch those of its rows. A
 * state begins as zeros; {@link Network.reset} brings that back, for a new episode.
 */
export class Network {
  /** Length of a row of inputs. */
  readonly inputSize: number
  /** Length of a row of outputs. */
  readonly outputSize: number
  /**
   * Numbers that a recurrent network keeps from step to step for each row: the values of its
   * outputs, and of the hidden nodes from which an output can be reached. 0 without a state.
   */
  readonly stateSize: number
  readonly #engine: Engine
  readonly #single: Repeats
  readonly #batch: Repeats
  // The native functions are made on demand: many networks never need them all.
  #feedForward: ReturnType<Engine['feedForward']> | undefined
  #feedForwardBatch: ReturnType<Engine['feedForwardBatch']> | undefined

  private constructor(own: symbol, words: Uint32Array, engine: Engine) {
    checkOwn(own, 'genome.compile()')
    this.#engine = engine
    this.inputSize = words[HEADER_INPUTS]
    this.outputSize = words[HEADER_OUTPUTS]
    this.stateSize = engine.stateSize
    this.#single = new Repeats((inputs, outputs) => this.bind(inputs, outputs))
    this.#batch = new Repeats((...batch) => guardBound(engine.bindBatch(...batch)))
  }

  /**
   * Bytes of native memory that the network takes, states not included. It grows once: after 64
   * single rows the network makes a second layout, for these, where that is faster.
   */
  get byteLength(): number {
    return this.#engine.byteLength()
  }

  /** @internal Compiles a packed genome. */
  static compile(words: Uint32Array, recurrent: boolean): Network {
    return Network.over(words, recurrent ? recurrentEngine(words) : feedForwardEngine(words))
  }

  /** @internal What `engine` made of a packed genome. */
  static over(words: Uint32Array, engine: Engine): Network {
    return new Network(OWN, words, engine)
  }

  /**
   * Computes one row, without allocating. Calls with the arrays of the call before are cheaper:
   * the network remembers the last two, and binds them.
   *
   * @param inputs `inputSize` numbers
   * @param outputs `outputSize` numbers, written; must not share memory with `inputs`
   * @throws {@link NeatronError} `ARGUMENT_TYPE`, `INPUT_LENGTH`, `OUTPUT_LENGTH`,
   *   `BUFFER_DETACHED`, `BUFFER_SHARED`, `BUFFERS_OVERLAP`, `NETWORK_BUSY`
   */
  feedForward(inputs: Float32Array, outputs: Float32Array): void {
    const bound = this.#single.recall(inputs, outputs, 1)
    if (bound !== undefined) {
      bound()
      return
    }
    checkRows(inputs, outputs)
    this.#feedForward ??= this.#engine.feedForward()
    try {
      this.#feedForward(inputs, outputs)
    } catch (error) {
      throw asNeatronError(error)
    }
  }

  /**
   * Makes the cheapest call there is: a function that computes one row from `inputs` into
   * `outputs`, both fixed here. It keeps the network and the memory of the arrays alive.
   *
   * @param inputs `inputSize` numbers, read at each call
   * @param outputs `outputSize` numbers, written at each call
   * @throws {@link NeatronError} as {@link Network.feedForward}; the function throws
   *   `BUFFER_DETACHED` once one of the arrays has lost its memory
   */
  bind(inputs: Float32Array, outputs: Float32Array): () => void {
    return guardBound(this.#engine.bind(inputs, outputs))
  }

  /**
   * Computes many rows, without allocating; much cheaper per row than one at a time. As
   * {@link Network.feedForward} it remembers the arrays, and how many rows, of the last call. In a recurrent
   * network row r has state r: the first call with more rows than before makes theirs.
   *
   * @param inputs row-major [rows x inputSize]; may be longer
   * @param outputs row-major [rows x outputSize], written; may be longer; must not share memory
   *   with `inputs`
   * @param rows whole, at least 1
   * @throws {@link NeatronError} as {@link Network.feedForward}, `ROWS_RANGE`, and
   *   `SLOT_INDEX` for more rows than there can be states
   */
  feedForwardBatch(inputs: Float32Array, outputs: Float32Array, rows: number): void {
    const bound = this.#batch.recall(inputs, outputs, rows)
    if (bound !== undefined) {
      bound()
      return
    }
    checkRows(inputs, outputs)
    this.#feedForwardBatch ??= this.#engine.feedForwardBatch()
    try {
      this.#feedForwardBatch(inputs, outputs, rows)
    } catch (error) {
      throw asNeatronError(error)
    }
  }

  /**
   * Computes many rows on another thread. It works on a copy of the inputs, taken before this
   * returns, and writes the outputs just before the promise resolves. The detour costs tens of
   * microseconds: below some thousand rows the synchronous call is faster. A recurrent network refuses
   * other calls with `NETWORK_BUSY` until the promise is settled: they depend on each other.
   *
   * @param inputs row-major [rows x inputSize]; may be longer, may change after the call
   * @param outputs row-major [rows x outputSize], written at the end; may be longer
   * @param rows whole, at least 1
   * @throws {@link NeatronError} (rejects) as {@link Network.feedForwardBatch}; `BUFFER_DETACHED`
   *   also if `outputs` loses its memory before the end
   */
  async feedForwardBatchAsync(
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
  ): Promise<void> {
    let result: Float32Array
    try {
      result = await this.#engine.feedForwardBatchAsync(inputs, outputs, rows)
    } catch (error) {
      throw asNeatronError(error)
    }
    try {
      set.call(outputs, result)
    } catch (cause) {
      throw new NeatronError(
        'BUFFER_DETACHED',
        'the memory of outputs went away while the batch was computed; leave it alone until the ' +
          'promise is settled',
        { cause },
      )
    }
  }

  /**
   * Brings the states of a recurrent network back to their beginning, zeros. Without a state there
   * is nothing to do.
   *
   * @param row the row of which to reset the state; all by default
   * @throws {@link NeatronError} `ARGUMENT_TYPE`, `ARGUMENT_RANGE`, `NETWORK_BUSY`
   */
  reset(row?: number): void {
    if (row !== undefined) checkPlace('row', row)
    this.#engine.reset(row)
  }
}
