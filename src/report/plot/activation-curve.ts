import { Genome } from '../../genome/genome.js'
import type { Activation } from '../../genome/layout.js'

/** An activation's values at those arguments, by the kernel that runs it. */
export function activate(activation: Activation, values: readonly number[]): Float32Array {
  const network = Genome.fromJSON({
    format: 'neatron/genome',
    version: 1,
    inputs: 1,
    outputs: 1,
    nodes: [
      { id: 0, kind: 'input' },
      { id: 1, kind: 'output', activation },
    ],
    connections: [{ innovation: 0, from: 0, to: 1, weight: 1 }],
  }).compile()
  const outputs = new Float32Array(values.length)
  network.feedForwardBatch(Float32Array.from(values), outputs, values.length)
  return outputs
}

/** Arguments from -REACH to REACH show what is typical of every activation. */
const REACH = 3
const STEPS = 48

/** An activation's curve in a box of that half width and half height about 0, 0; y points down. */
export function activationCurve(
  activation: Activation,
  halfWidth: number,
  halfHeight: number,
): [x: number, y: number][] {
  const xs = Array.from({ length: STEPS + 1 }, (_, i) => (i / STEPS) * 2 * REACH - REACH)
  const ys = activate(activation, xs)
  const low = ys.reduce((a, b) => Math.min(a, b))
  const high = ys.reduce((a, b) => Math.max(a, b))
  return xs.map((x, i) => [
    (x / REACH) * halfWidth,
    halfHeight - ((ys[i] - low) / (high - low)) * 2 * halfHeight,
  ])
}
