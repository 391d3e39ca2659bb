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

/** `xor, seed 3`. */
export function nameOf({ task, seed }: TrainingRun): string {
  return `${task}, seed ${seed}`
}

/** `1 species`, `3 genomes`: `many` where the plural is not an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
