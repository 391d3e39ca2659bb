import type { Genome } from '../genome/genome.js'
import type { Brain } from '../neat/brain.js'
import { InProcess } from './in-process.js'
import type { Inference } from './inference.js'
import { type GenerationInference, type InferenceStats, Recorder } from './recorder.js'
import { Remote } from './remote.js'
import { type RemoteOptions, resolveRemoteOptions } from './remote-options.js'

/**
 * Where a population's inference happens, with counters and latencies that mean the same in every
 * mode. A new brain has no population: `load` one first (or name the server's own with `model`).
 *
 * ```ts
 * const brain = NeatBrain.remote({ url: 'http://127.0.0.1:8000', batch: 64 })
 * await brain.load(genomes)
 * const outputs = await brain.infer([0.1, 0.2], 3)
 * console.log(brain.stats().histogram.call.p99)
 * await brain.close()
 * ```
 */
export class NeatBrain implements Brain {
  readonly #inference: Inference
  readonly #recorder: Recorder

  private constructor(inference: Inference, recorder: Recorder) {
    this.#inference = inference
    this.#recorder = recorder
  }

  /** Inference by the native addon, in this process. It answers at once. */
  static inProcess(): NeatBrain {
    const recorder = new Recorder()
    return new NeatBrain(new InProcess(recorder), recorder)
  }

  /**
   * Inference by a server. Nothing is sent before `load`.
   *
   * @throws NeatronError `ARGUMENT_TYPE` for an unknown option, `ARGUMENT_RANGE` for a wrong value.
   */
  static remote(options: RemoteOptions): NeatBrain {
    const recorder = new Recorder()
    return new NeatBrain(new Remote(resolveRemoteOptions(options), recorder), recorder)
  }

  /**
   * Makes `genomes` the population that answers from now on. Remote, it is exported as one ONNX
   * model and put in the place of the one before, under a name of this brain's own.
   *
   * @throws NeatronError `POPULATION_SHAPE`; `SERVER_CANNOT_LOAD`, `SERVER_UNREACHABLE` and other failures of the
   * server.
   */
  load(genomes: readonly Genome[]): void | Promise<void> {
    return this.#inference.load(genomes)
  }

  /**
   * Answers all rows of a tick: row r of `inputs` ([rows x I]) by genome `genome[r]` into row r of
   * `outputs` ([rows x O]). In process it is one native call, and values are not checked. Remote it
   * is as many requests as the batch size needs, the last one not full; leave the arrays as they
   * are until the promise fulfils. `slots` names the episode of each row, for genomes that keep a
   * state ({@link Brain}).
   *
   * @throws NeatronError `GENOME_INDEX` and `INPUT_NOT_FINITE` before anything is sent; `OUTPUT_NOT_FINITE`, and
   * failures of the server.
   */
  feedForwardRows(
    genome: Uint32Array,
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
    slots?: Uint32Array,
  ): void | Promise<void> {
    return this.#inference.feedForwardRows(genome, inputs, outputs, rows, slots)
  }

  /**
   * Answers one row by the genome of index `genome`. Remote, rows are gathered up to the batch size
   * or the delay, whichever comes first, whatever their genomes; each is answered, or rejected with
   * an error of its own. When `signal` aborts, its reason is thrown and the row withdrawn.
   */
  infer(
    row: ArrayLike<number>,
    genome = 0,
    options: { signal?: AbortSignal } = {},
  ): Promise<Float32Array> {
    return this.#inference.infer(row, genome, options.signal)
  }

  /** Sends what is buffered without waiting for more; fulfils when everything asked is answered or rejected. */
  flush(): Promise<void> {
    return this.#inference.flush()
  }

  /** Counters and percentiles since the brain was made. */
  stats(): InferenceStats {
    return this.#recorder.stats()
  }

  /** Counters, percentiles and histograms since the last call of this method, and begins anew. */
  takeGeneration(): GenerationInference {
    return this.#recorder.takeGeneration()
  }

  /**
   * Rejects what is still unanswered, takes the population off the server and closes all
   * connections. Calling it again does nothing.
   */
  close(): Promise<void> {
    return this.#inference.close()
  }
}
