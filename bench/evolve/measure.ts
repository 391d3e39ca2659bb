import { Random } from 'neatron'
import type { Contender, EvolutionRun, RunOptions, Size } from './contender.js'

/** How long to go on: until either is reached. */
export interface Span {
  generations: number
  ms: number
}

/** Generations a second of one stretch of a run. */
export interface Speed extends Size {
  generationsPerSecond: number
}

/** How a run to the solution went. */
export interface Solving extends Size {
  solved: boolean
  ms: number
  generations: number
}

/** The libraries draw from `Math.random`: a seed makes their runs repeatable. */
function begin(contender: Contender, options: RunOptions): EvolutionRun {
  const random = new Random(options.seed)
  Math.random = () => random.next()
  return contender.begin(options)
}

async function run(evolution: EvolutionRun, span: Span, each?: () => void) {
  const began = performance.now()
  let generations = 0
  let solved = false
  let ms = 0
  while (generations < span.generations && ms < span.ms && !solved) {
    solved = await evolution.generation()
    generations++
    ms = performance.now() - began
    each?.()
  }
  return { generations, ms, solved }
}

/** The speed of an endless run, from a warm-up on. */
export async function speed(
  contender: Contender,
  options: Omit<RunOptions, 'endless'>,
  warmUp: Span,
  span: Span,
): Promise<Speed> {
  const evolution = begin(contender, { ...options, endless: true })
  await run(evolution, warmUp)
  const before = evolution.size()
  const { generations, ms } = await run(evolution, span)
  const after = evolution.size()
  await evolution.end?.()
  return {
    generationsPerSecond: (generations * 1000) / ms,
    connections: (before.connections + after.connections) / 2,
    hidden: (before.hidden + after.hidden) / 2,
  }
}

/** A run until the problem is solved, or patience is at an end. */
export async function solve(
  contender: Contender,
  options: Omit<RunOptions, 'endless'>,
  patience: Span,
): Promise<Solving> {
  const evolution = begin(contender, { ...options, endless: false })
  const outcome = await run(evolution, patience)
  await evolution.end?.()
  return { ...outcome, ...evolution.size() }
}
