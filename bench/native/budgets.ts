import { INSIDE } from './contenders/neatron.js'
import { type Samples, spread } from './pool.js'

/** A promise, what was reached, and whether it holds. */
export interface BudgetLine {
  budget: string
  genome: string
  unit: 'ns' | 'times' | 'us a genome'
  target: number
  reached: number
  holds: boolean
}

/** The samples of one genome: one vector, and 64 rows. */
export interface GenomeSamples {
  genome: string
  one: Samples
  batch: Samples
}

const LIBRARIES = ['neataptic', 'carrot']

const median = (samples: Samples, name: string) => spread(samples.get(name)!).median

/** At most so many nanoseconds more than inside Rust. */
function added(genome: GenomeSamples, call: string, target: number): BudgetLine {
  const reached = median(genome.one, call) - median(genome.one, INSIDE)
  return {
    budget: `${call} over the same network inside Rust`,
    genome: genome.genome,
    unit: 'ns',
    target,
    reached,
    holds: reached <= target,
  }
}

/** At least so many times as fast as the fastest of `others`. */
function faster(
  genome: string,
  samples: Samples,
  what: string,
  call: string,
  others: readonly string[],
  target: number,
): BudgetLine {
  const reached = Math.min(...others.map((name) => median(samples, name))) / median(samples, call)
  return { budget: what, genome, unit: 'times', target, reached, holds: reached >= target }
}

/** The budgets that a genome's samples tell about. */
export function budgetsOf(genome: GenomeSamples): BudgetLine[] {
  const one = (what: string, others: readonly string[], target: number) =>
    faster(genome.genome, genome.one, `one vector against ${what}`, 'bind', others, target)
  const batch = (what: string, others: readonly string[], target: number) =>
    faster(
      genome.genome,
      genome.batch,
      `64 rows against ${what}`,
      'feedForwardBatch',
      others,
      target,
    )
  return [
    added(genome, 'bind', 20),
    added(genome, 'network.feedForward', 60),
    one('the best JavaScript NEAT library', LIBRARIES, 5),
    batch('the best JavaScript NEAT library', LIBRARIES, 50),
    one('generated JavaScript', ['generated JavaScript'], 1.5),
    batch('generated JavaScript', ['generated JavaScript'], 20),
    one('onnxruntime-node', ['onnxruntime-node'], 40),
    batch('onnxruntime-node', ['onnxruntime-node'], 15),
  ]
}

/** The budget on compiling a population. */
export function compileBudget(samples: Samples, genomes: number): BudgetLine {
  const reached = median(samples, 'Population.compile') / genomes / 1000
  return {
    budget: 'compile a population, from Genome objects',
    genome: `${genomes} of 100 connections`,
    unit: 'us a genome',
    target: 3,
    reached,
    holds: reached <= 3,
  }
}
