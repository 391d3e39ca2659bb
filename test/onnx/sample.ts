import { Genome } from '#src/genome/genome.js'
import { ACTIVATIONS } from '#src/genome/layout.js'
import { Random } from '#src/neat/random.js'
import { createSession, loadRuntime } from '#src/onnx/runtime.js'

/** What a sample genome looks like. */
export interface Shape {
  readonly inputs: number
  readonly outputs: number
  /** Most hidden nodes. */
  readonly hidden: number
  /** Largest size of a weight. */
  readonly weights: number
}

/** A genome with skip connections, disabled genes, isolated nodes and mixed activations. */
export function sampleGenome(seed: number, shape: Shape): Genome {
  const random = new Random(seed)
  const hidden = random.below(shape.hidden + 1)
  const { inputs, outputs } = shape
  const genome = Genome.random({
    inputs,
    outputs,
    hidden,
    connections: Math.floor((hidden + outputs) * (1 + 3 * random.next())),
    activations: ACTIVATIONS.filter((name) => name !== 'step'),
    seed,
  }).toJSON()
  for (const gene of genome.connections) {
    gene.weight = Math.fround(random.signed() * shape.weights)
    gene.enabled = random.next() > 0.1
  }
  return Genome.fromJSON(genome)
}

/** Numbers in [-scale, scale). */
export function sampleNumbers(count: number, seed: number, scale = 2): Float32Array {
  const random = new Random(seed)
  return Float32Array.from({ length: count }, () => random.signed() * scale)
}

/** Runs an exported model in ONNX Runtime; `genome` for a population. */
export async function run(
  model: Uint8Array,
  inputs: Float32Array,
  rows: number,
  genome?: Uint32Array,
): Promise<Float32Array> {
  const { Tensor } = await loadRuntime()
  const session = await createSession(model)
  try {
    const { outputs } = await session.run({
      inputs: new Tensor('float32', inputs, [rows, inputs.length / rows]),
      ...(genome && { genome: new Tensor('int64', BigInt64Array.from(genome, BigInt), [rows]) }),
    })
    return outputs.data as Float32Array
  } finally {
    await session.release()
  }
}

/** The largest difference, relative above 1. */
export function difference(actual: Float32Array, expected: Float32Array): number {
  let largest = actual.length === expected.length ? 0 : Number.POSITIVE_INFINITY
  for (const [at, y] of expected.entries()) {
    const error = Math.abs(actual[at] - y) / Math.max(1, Math.abs(y))
    // Not a number is as far off as can be.
    largest = error <= largest ? largest : Number.isNaN(error) ? Number.POSITIVE_INFINITY : error
  }
  return largest
}
