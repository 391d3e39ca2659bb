import type { ExecutionContext } from 'ava'
import fc from 'fast-check'
import { NeatBrain } from '#src/brain/neat-brain.js'
import type { RemoteOptions } from '#src/brain/remote-options.js'
import { Genome } from '#src/genome/genome.js'
import { createServer, type ServerOptions } from '#src/serve/server.js'

export const INPUTS = 3
export const OUTPUTS = 2
export const genomes = Array.from({ length: 20 }, (_, seed) =>
  Genome.random({ inputs: INPUTS, outputs: OUTPUTS, hidden: 4, connections: 12, seed }),
)

/** Our own server, closed with the test. */
export async function serve(t: ExecutionContext, options: ServerOptions = {}) {
  const server = await createServer({ port: 0, allowLoad: true, ...options })
  t.teardown(() => server.close())
  return server
}

/** A brain on that server, closed with the test. */
export async function remote(t: ExecutionContext, options: Partial<RemoteOptions> = {}) {
  const { url } = await serve(t)
  const brain = NeatBrain.remote({ url, ...options })
  t.teardown(() => brain.close())
  return { brain, url }
}

/** Rows of random inputs, each for a random genome, with what the genomes answer natively. */
export function randomRows(rows: number, seed: number) {
  const values = fc.sample(fc.float({ min: -4, max: 4, noNaN: true }), {
    numRuns: rows * INPUTS,
    seed,
  })
  const genome = Uint32Array.from(
    fc.sample(fc.nat({ max: genomes.length - 1 }), { numRuns: rows, seed }),
  )
  const inputs = Float32Array.from(values)
  const expected = Array.from(genome, (index, row) =>
    genomes[index].feedForward(inputs.subarray(row * INPUTS, (row + 1) * INPUTS)),
  )
  return { rows, genome, inputs, expected, outputs: new Float32Array(rows * OUTPUTS) }
}

/** Within section 6 of the contract: 1e-5 x max(1, |y|). */
export function close(
  t: ExecutionContext,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  t.is(actual.length, expected.length)
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i])
    if (!(error <= 1e-5 * Math.max(1, Math.abs(expected[i]))))
      t.fail(`${actual[i]} is not ${expected[i]}`)
  }
}
