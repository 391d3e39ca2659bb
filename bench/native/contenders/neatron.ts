import { guardBound } from '#src/genome/bound.js'
import { engineOf } from '#src/genome/engine.js'
import { Network } from '#src/genome/network.js'
import { Population } from '#src/genome/population.js'
import { bindNothing, compileNetwork, timeFeedForward } from '#src/native/addon.js'
import type { Contender, MakeContenders } from '../contender.js'

/**
 * The name of the network's own time, to which every call from JavaScript adds: of rows begun
 * when the ones before are done. In a loop inside Rust, with nothing in between, the processor
 * overlaps one row with the next; that time is given too.
 */
export const INSIDE = 'inside Rust'
/**
 * The name of a bound call that computes nothing: what Node takes to enter native code (beside it
 * the empty native function itself), and what it takes to see that the arrays are still there.
 */
export const ENTERING = 'entering native code'

/** What the type declarations leave out. */
interface Internal {
  over(words: Uint32Array, engine: ReturnType<typeof engineOf>): Network
}

/** Every native path. */
export const neatron: MakeContenders = ({ genome, inputs }, rows) => {
  // One network for all: two of one genome differ in where their memory lies, and so by some per
  // cent.
  const handle = compileNetwork(genome.words)
  const network = (Network as unknown as Internal).over(genome.words, engineOf(handle))
  const outputs = () => new Float32Array(rows * genome.outputSize)
  const insideRust = (name: string, waiting: boolean): Contender => {
    const own = outputs()
    const all = inputs.slice(0, rows * genome.inputSize)
    // About 20 us, as the loops over the other contenders.
    const calls = Math.ceil(2e4 / timeFeedForward(handle, all, own, rows, 1000, waiting))
    const run = () => void timeFeedForward(handle, all, own, rows, calls, waiting)
    return { name, run, outputs: own, calls }
  }
  if (rows === 1) {
    const row = inputs.slice(0, genome.inputSize)
    const bound = outputs()
    const direct = outputs()
    const checked = outputs()
    return [
      insideRust(INSIDE, true),
      insideRust('inside Rust, overlapping', false),
      { name: 'empty native function', run: bindNothing(row, outputs()) },
      { name: ENTERING, run: guardBound(bindNothing(row, outputs())) },
      { name: 'bind', run: network.bind(row, bound), outputs: bound },
      {
        name: 'network.feedForward',
        run: () => network.feedForward(row, direct),
        outputs: direct,
      },
      {
        name: 'genome.feedForward',
        run: () => checked.set(genome.feedForward(row)),
        outputs: checked,
      },
    ]
  }
  const population = Population.compile([genome])
  const indices = new Uint32Array(rows)
  const [batch, async, ofPopulation] = [outputs(), outputs(), outputs()]
  return [
    insideRust(INSIDE, true),
    {
      name: 'feedForwardBatch',
      run: () => network.feedForwardBatch(inputs, batch, rows),
      outputs: batch,
    },
    {
      name: 'feedForwardBatchAsync',
      run: () => network.feedForwardBatchAsync(inputs, async, rows),
      outputs: async,
    },
    {
      name: 'feedForwardRows',
      run: () => population.feedForwardRows(indices, inputs, ofPopulation, rows),
      outputs: ofPopulation,
    },
  ]
}
