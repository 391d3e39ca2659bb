import type { Genome } from '../genome/genome.js'

/**
 * Where a generation's inference happens. NEAT and the simulations know inference only by this
 * interface, so that in-process and remote runs share every other line.
 */
export interface Brain {
  /**
   * Makes `genomes` the population that answers from now on; `feedForwardRows` names them by
   * their index here.
   */
  load(genomes: readonly Genome[]): void | Promise<void>
  /**
   * Answers `rows` rows: row r of `inputs` (row-major, [rows x I]) by genome `genome[r]`, into row
   * r of `outputs` ([rows x O]). The arrays may be longer than the rows need. A brain that answers
   * at once returns nothing, so that a simulation without latency pays for no promise.
   *
   * Recurrent genomes keep a state for each episode: `slots[r]` is the number of the episode that
   * row r belongs to, from 0, no two the same in a call. Each begins with a state of zeros after
   * `load`. Without slots an episode has the number of its genome. Other genomes need none.
   */
  feedForwardRows(
    genome: Uint32Array,
    inputs: Float32Array,
    outputs: Float32Array,
    rows: number,
    slots?: Uint32Array,
  ): void | Promise<void>
}
