import { createHash } from 'node:crypto'
import { NeatBrain } from '#src/brain/neat-brain.js'
import type { EvolveOptions, EvolveResult } from '#src/neat/evolve.js'
import { evolve } from '#src/neat/evolve.js'
import type { GenerationReport } from '#src/neat/report.js'

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
