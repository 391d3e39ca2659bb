import type { Genome } from '../genome/genome.js'
import {
  CONNECTION_ENABLED,
  CONNECTION_WORDS,
  connectionsOffset,
  HEADER_CONNECTIONS,
} from '../genome/layout.js'
import type { TestResult } from '../tasks/task.js'
import type { Config } from './config.js'
import type { Evaluated } from './evaluator.js'
import type { EvolutionState } from './evolution.js'

/** What a generation looked like once it was evaluated. */
export interface GenerationDescription {
  /** Counted from 0: the first generation is 0, while people (terminal, plots) are told of 1. */
  readonly generation: number
  readonly meanFitness: number
  /** Standard deviation of the generation's fitness. */
  readonly fitnessDeviation: number
  /** Number of species. */
  readonly species: number
  /** Each species' number and members, the eldest first. */
  readonly speciesSizes: readonly { readonly id: number; readonly size: number }[]
  /** Mean hidden nodes of a genome (the bias unit is none). */
  readonly meanHidden: number
  /** Mean enabled connections of a genome. */
  readonly meanConnections: number
  /** Ticks of this generation's simulation, and rows answered in them. */
  readonly ticks: number
  readonly rows: number
}

/** A generation's genomes and what they are worth. Look, and leave everything as it is. */
export interface EvaluatedGeneration {
  /** Counted from 0. */
  readonly generation: number
  readonly genomes: readonly Genome[]
  /** Each genome's fitness, in their order. */
  readonly fitness: Readonly<Float64Array>
  /** Each species' number and the indices of its members, the eldest first. */
  readonly species: readonly { readonly id: number; readonly members: readonly number[] }[]
}

/** What one generation came to. */
export interface GenerationReport extends GenerationDescription {
  readonly bestFitness: number
  /** Whether the champion solves the task. */
  readonly solved: boolean
  /** The genome that solves the task, or the fittest of this generation. */
  readonly champion: Genome
  readonly championFitness: number
  /** What the task's test of the champion came to; undefined if it was not tried. */
  readonly test?: TestResult
  /** Genomes evaluated since the run began. */
  readonly evaluations: number
  /** Where the generation's time went, in milliseconds. */
  readonly times: {
    /** The brain's taking over the population; 0 where worker threads do, as part of `evaluate`. */
    readonly load: number
    /** Simulation and inference, or the fitness function. */
    readonly evaluate: number
    /** The task's own test of its candidates. */
    readonly test: number
    /** Selection, crossover, mutation and speciation. */
    readonly reproduce: number
  }
}

/** Describes a generation that was evaluated. */
export function describeGeneration(
  state: EvolutionState,
  fitness: Float64Array,
  evaluated: Pick<Evaluated, 'ticks' | 'rows'>,
  config: Config,
): GenerationDescription {
  const { genomes, speciation, generation } = state
  const n = genomes.length
  const fixed = config.bias === 'unit' ? 1 : 0
  let sum = 0
  let hidden = 0
  let connections = 0
  for (let index = 0; index < n; index++) {
    const genome = genomes[index]
    sum += fitness[index]
    hidden += genome.nodeCount - genome.inputSize - genome.outputSize - fixed
    connections += enabledConnections(genome.words)
  }
  const meanFitness = sum / n
  let squares = 0
  for (const one of fitness) squares += (one - meanFitness) ** 2
  return {
    generation,
    meanFitness,
    fitnessDeviation: Math.sqrt(squares / n),
    species: speciation.species.length,
    speciesSizes: speciation.species.map(({ id, members }) => ({ id, size: members.length })),
    meanHidden: hidden / n,
    meanConnections: connections / n,
    ...evaluated,
  }
}

function enabledConnections(words: Uint32Array): number {
  let enabled = 0
  let at = connectionsOffset(words) + CONNECTION_ENABLED
  for (let n = words[HEADER_CONNECTIONS]; n > 0; n--, at += CONNECTION_WORDS) enabled += words[at]
  return enabled
}
