import type { Genome } from '../../genome/genome.js'
import type { GenerationLine } from './generation-line.js'

/** A training run, as far as its pictures show it. */
export interface TrainingRun {
  readonly task: string
  readonly seed: number
  /** Complete generations, ascending; at least one. */
  readonly generations: readonly GenerationLine[]
  /** Null while the run has not ended. */
  readonly champion: Genome | null
}

/** Longer names of tasks are cut. */
const LONGEST = 40

/** `xor, seed 3`. */
export function nameOf({ task, seed }: TrainingRun): string {
  const short = task.length > LONGEST ? `${task.slice(0, LONGEST - 1)}…` : task
  return `${short}, seed ${seed}`
}

/** `1 species`, `3 genomes`: `many` where the plural is not an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
