import type { Spread } from '../spread.js'
import { ENTERING, INSIDE } from './contenders/neatron.js'
import { ROWS } from './genomes.js'
import { paired, pooled, type Samples } from './pool.js'

/** A promise, what was reached, and whether it holds. */
export interface Budget {
  what: string
  genome: string
  /** What was reached, in `unit`: the median, and the quartiles over paired rounds. */
  ratio: number
  low: number
  high: number
  /** For `x` and `%` at least, for the others at most. */
  goal: number
  unit: 'x' | '%' | 'ns' | 'us a genome'
  holds: boolean
  /** What a miss consists of, by measurement. */
  why?: string
}

/** The samples of one genome: one vector, and 64 rows. */
export interface GenomeSamples {
  genome: string
  /** Floating-point operations of a row. */
  flop: number
  one: Samples
  batch: Samples
}

const LIBRARIES = ['neataptic', 'carrot']

/** A budget of the native side, with what was reached. */
export function budget(
  what: string,
  genome: string,
  { median, low, high }: Spread,
  goal: number,
  unit: Budget['unit'],
): Budget {
  const holds = unit === 'x' || unit === '%' ? median >= goal : median <= goal
  return { what, genome, ratio: median, low, high, goal, unit, holds }
}

const digits = (value: number) => value.toFixed(value < 100 ? 1 : 0)

/** Where the time of a call goes, and what the goal would leave, beside what `theirs` takes. */
function explain(
  genome: GenomeSamples,
  samples: Samples,
  call: string,
  theirs: number,
  goal: number,
): string {
  const rows = samples === genome.one ? 1 : ROWS
  const entering = pooled(genome.one, ENTERING).median
  const whole = pooled(samples, call).median
  const speed = (nanoseconds: number) => `${digits((genome.flop * rows) / nanoseconds)} GFLOP/s`
  const left = theirs / goal
  return (
    `a call takes ${digits(whole)} ns: ${digits(entering)} enter native code, ` +
    `${digits(whole - entering)} compute (${speed(whole - entering)}); ` +
    `the other takes ${digits(theirs)} (${speed(theirs)}), so that the goal leaves ` +
    `${digits(left)} for both` +
    (left > entering ? ` (${speed(left - entering)})` : '')
  )
}

/** At most so many nanoseconds more than inside Rust. */
function added(genome: GenomeSamples, call: string, goal: number): Budget {
  const reached = paired(genome.one, (median) => median(call) - median(INSIDE))
  const result = budget(`${call} over the network inside Rust`, genome.genome, reached, goal, 'ns')
  if (result.holds) return result
  const entering = digits(pooled(genome.one, ENTERING).median)
  return { ...result, why: `entering native code takes ${entering} ns of it` }
}

/** At least so many times as fast as the fastest of `others`. */
function faster(
  genome: GenomeSamples,
  samples: Samples,
  what: string,
  others: readonly string[],
  goal: number,
): Budget {
  const call = samples === genome.one ? 'bind' : 'feedForwardBatch'
  const fastest = (median: (name: string) => number) => Math.min(...others.map(median))
  const reached = paired(samples, (median) => fastest(median) / median(call))
  const result = budget(what, genome.genome, reached, goal, 'x')
  if (result.holds) return result
  const theirs = fastest((name) => pooled(samples, name).median)
  return { ...result, why: explain(genome, samples, call, theirs, goal) }
}

/** The budgets that a genome's samples tell about. */
export function budgetsOf(genome: GenomeSamples): Budget[] {
  const one = (peer: string, others: readonly string[], goal: number) =>
    faster(genome, genome.one, `one vector against ${peer}`, others, goal)
  const batch = (peer: string, others: readonly string[], goal: number) =>
    faster(genome, genome.batch, `64 rows against ${peer}`, others, goal)
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
export function compileBudget(samples: Samples, genomes: number): Budget {
  const each = paired(samples, (median) => median('Population.compile') / genomes / 1000)
  const what = 'compile a population, from Genome objects'
  return budget(what, `${genomes} of 100 connections`, each, 3, 'us a genome')
}
