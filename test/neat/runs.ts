import { createHash } from 'node:crypto'
import { type EvolveOptions as AnyOptions, evolution, NeatBrain } from 'neatron'
import { type EvolveOptions, evolve } from '#src/neat/evolve.js'
import type { GenerationReport } from '#src/neat/report.js'
import type { EvolveResult } from '#src/neat/run.js'

/** Evolves in process, and closes the brain. */
export async function evolveInProcess(
  options: Omit<EvolveOptions, 'brain'>,
): Promise<EvolveResult> {
  const brain = NeatBrain.inProcess()
  try {
    return await evolve({ ...options, brain })
  } finally {
    await brain.close()
  }
}

/** A hash of all that a generation came to, its time left out. */
export function hashOf({ times: _, champion, ...report }: GenerationReport): string {
  const hash = createHash('sha256').update(JSON.stringify(report))
  return hash.update(champion.words).digest('hex')
}

/** For each generation of a run a hash of all its genomes, their fitness, and its report. */
export async function hashedRun(options: AnyOptions): Promise<string[]> {
  const hashes: string[] = []
  let hash = createHash('sha256')
  const run = evolution({
    ...options,
    onEvaluated({ genomes, fitness, species }) {
      hash = createHash('sha256').update(JSON.stringify(species))
      for (const { words } of genomes) hash.update(words)
      hash.update(Float64Array.from(fitness))
    },
  })
  for await (const report of run) hashes.push(hash.update(hashOf(report)).digest('hex'))
  return hashes
}
