import { guardBound } from '#src/genome/bound.js'
import { Population } from '#src/genome/population.js'
import { bindNetwork, compileNetwork, timeFeedForward } from '#src/native/addon.js'
import type { MakeContenders } from '../contender.js'

/** The name of the network's own time, to which every call from JavaScript adds. */
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
    const inside = outputs()
    // About 20 us, as the loops over the other contenders.
    const calls = Math.ceil(2e4 / timeFeedForward(handle, row, inside, 1000))
    const bound = { outputs: outputs() }
    const direct = outputs()
    const checked = { outputs: outputs() }
    return [
      {
        name: INSIDE,
        run: () => {
          timeFeedForward(handle, row, inside, calls)
        },
        outputs: inside,
        calls,
      },
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
