import { guardBound } from '#src/genome/bound.js'
import { Population } from '#src/genome/population.js'
import { bindNetwork, compileNetwork, timeFeedForward } from '#src/native/addon.js'
import type { Contender, MakeContenders } from '../contender.js'

/**
 * The name of the network's own time, to which every call from JavaScript adds: of a row begun
 * when the one before is done. In a loop inside Rust, with nothing in between, the processor
 * overlaps one row with the next; that time is given too.
 */
export const INSIDE = 'inside Rust'

/** Every native path. */
export const neatron: MakeContenders = ({ genome, inputs }, rows) => {
  const network = genome.compile()
  const outputs = () => new Float32Array(rows * genome.outputSize)
  if (rows === 1) {
    const row = inputs.slice(0, genome.inputSize)
    // What `network.bind` does, on a handle that can be timed inside Rust too: two networks of one
    // genome differ in where their memory lies, and so by some per cent.
    const handle = compileNetwork(genome.words)
    const insideRust = (name: string, waiting: boolean): Contender => {
      const own = outputs()
      // About 20 us, as the loops over the other contenders.
      const calls = Math.ceil(2e4 / timeFeedForward(handle, row, own, 1000, waiting))
      const run = () => void timeFeedForward(handle, row, own, calls, waiting)
      return { name, run, outputs: own, calls }
    }
    const bound = { outputs: outputs() }
    const direct = outputs()
    const checked = { outputs: outputs() }
    return [
      insideRust(INSIDE, true),
      insideRust('inside Rust, overlapping', false),
      {
        name: 'bind',
        run: guardBound(bindNetwork(handle, row, bound.outputs)),
        ...bound,
      },
      {
        name: 'network.feedForward',
        run: () => network.feedForward(row, direct),
        outputs: direct,
      },
      {
        name: 'genome.feedForward',
        run: () => checked.outputs.set(genome.feedForward(row)),
        ...checked,
      },
    ]
  }
  const population = Population.compile([genome])
  const indices = new Uint32Array(rows)
  const [batch, async, ofPopulation] = [outputs(), outputs(), outputs()]
  return [
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
