import { randomInt } from 'node:crypto'
import { setImmediate as nextMacrotask } from 'node:timers/promises'
import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import type { Simulation, Task } from '../tasks/task.js'
import type { Brain } from './brain.js'
import { Checkpoint, type RunState } from './checkpoint.js'
import { type Config, completeConfig } from './config.js'
import { evaluate, type TickListener } from './evaluate.js'
import { beginEvolution, Evolution } from './evolution.js'
import { PURPOSE, Random } from './random.js'
import { describeGeneration, type GenerationReport } from './report.js'

/** What to evolve, where its inference happens, and who is told. */
export interface EvolveOptions {
  readonly task: Task
  /** Where inference happens. It is not closed at the end: who made it closes it. */
  readonly brain: Brain
  /** Generations of the whole run, those before a resumption included. Default 100. */
  readonly generations?: number
  /** Genomes in a generation: the same as `config.population`, which it overrides. */
  readonly population?: number
  /** Decides everything that is random in the run: 0 to 2^32 - 1. Drawn when left out. */
  readonly seed?: number
  /** Parameters that differ from the task's own, which differ from the defaults. */
  readonly config?: Partial<Config>
  /** Called when a generation is complete (and saved, if there is a checkpoint); awaited. */
  readonly onGeneration?: (report: GenerationReport) => void | Promise<void>
  /** Called at each tick. */
  readonly onTick?: TickListener
  /** Ends the run at the last complete generation, within a tick. */
  readonly signal?: AbortSignal
  readonly checkpoint?: CheckpointOptions
}

/** Where a run is kept. */
export interface CheckpointOptions {
  /** Made if it is not there. */
  readonly directory: string
  /** Goes on from the last complete generation that is there, with its seed and configuration. */
  readonly resume?: boolean
  /** More to put into a generation's line of `generations.jsonl`. */
  readonly annotate?: (report: GenerationReport) => object
}

/** What a run came to. */
export interface EvolveResult {
  /**
   * The genome that solved the task, or the fittest that was seen. Before the first generation is
   * complete, a genome not yet tried, with fitness 0.
   */
  readonly champion: Genome
  readonly fitness: number
  readonly solved: boolean
  /** Whether the signal ended the run. */
  readonly interrupted: boolean
  /** Complete generations. */
  readonly generations: number
  /** Genomes evaluated. */
  readonly evaluations: number
  readonly seed: number
  readonly config: Config
}

/**
 * Evolves genomes for a task until one solves it or the generations are over. The same task, seed
 * and configuration give the same champion, interrupted and resumed or not.
 *
 * @throws NeatronError `CONFIG_INVALID`, `ARGUMENT_RANGE`, `FITNESS_INVALID`, `CHECKPOINT_INVALID`,
 *   `CHECKPOINT_WRITE`, and whatever the brain fails with
 */
export async function evolve(options: EvolveOptions): Promise<EvolveResult> {
  const { generations = 100, onGeneration, signal } = options
  const checkpoint = options.checkpoint && new Checkpoint(options.checkpoint.directory)
  let run: RunState
  if (checkpoint && options.checkpoint?.resume) {
    run = await checkpoint.resume()
    checkResumable(run, options)
  } else {
    run = begin(options)
    await checkpoint?.begin(run)
  }
  const evolution = new Evolution(run.config, run.seed, run.evolution)
  let interrupted = signal?.aborted ?? false
  while (!interrupted && !run.solved && run.evolution.generation < generations) {
    const report = await generation(run, evolution, options).catch((error) => {
      // A brain that waits on a server ends that wait when it has the same signal.
      if (signal?.aborted && error === signal.reason) return undefined
      throw error
    })
    if (report === undefined) {
      interrupted = true
      break
    }
    run = progress(run, evolution, report)
    if (checkpoint) {
      const { champion: _, ...line } = report
      await checkpoint.commit(run, { ...line, ...options.checkpoint?.annotate?.(report) })
    }
    await onGeneration?.(report)
    // A turn of the event loop, or an in-process run would never see a signal.
    await nextMacrotask()
    interrupted = signal?.aborted ?? false
  }
  return {
    champion: run.champion,
    fitness: run.championFitness,
    solved: run.solved,
    interrupted: interrupted && !run.solved,
    generations: run.evolution.generation,
    evaluations: run.evaluations,
    seed: run.seed,
    config: run.config,
  }
}

function begin({ task, seed = randomInt(2 ** 32), ...options }: EvolveOptions): RunState {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new NeatronError(
      'ARGUMENT_RANGE',
      `Expected a seed from 0 to ${2 ** 32 - 1}, a whole number, but ${seed} came`,
    )
  }
  const { population } = options
  const config = completeConfig(task.config, options.config, population && { population })
  const evolution = beginEvolution(task.inputs, task.outputs, config, seed)
  return {
    task: task.name,
    seed,
    config,
    evolution,
    champion: evolution.genomes[0],
    championFitness: 0,
    solved: false,
    evaluations: 0,
  }
}

/** A resumed run goes on as it began: what is asked for again must be the same. */
function checkResumable(run: RunState, { task, seed, population, config }: EvolveOptions): void {
  const asked: Record<string, unknown> = { ...config }
  if (population !== undefined) asked.population = population
  const kept: Record<string, unknown> = { ...run.config, task: run.task, seed: run.seed }
  asked.task = task.name
  if (seed !== undefined) asked.seed = seed
  for (const [key, value] of Object.entries(asked)) {
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(kept[key])) {
      throw new NeatronError(
        'CHECKPOINT_INVALID',
        `The checkpoint is of a run with ${key} ${JSON.stringify(kept[key])}, not ${JSON.stringify(value)}: leave ${key} out, or start a new run`,
      )
    }
  }
}

/** Evaluates one generation and replaces it by the next; undefined if the signal came first. */
async function generation(
  run: RunState,
  evolution: Evolution,
  { task, brain, signal, onTick }: EvolveOptions,
): Promise<GenerationReport | undefined> {
  const { state, config, seed } = evolution
  const { genomes } = state
  const began = performance.now()
  const loading = brain.load(genomes)
  if (loading !== undefined) await loading
  const loaded = performance.now()
  const random = new Random(seed, PURPOSE.episodes, state.generation)
  const simulation = task.start(genomes.length, random)
  const evaluated = await evaluate(task, simulation, brain, signal, onTick)
  if (evaluated === undefined) return undefined
  const fitness = new Float64Array(genomes.length)
  simulation.fitness(fitness)
  checkFitness(fitness, task)
  const evaluatedAt = performance.now()
  const best = fitness.reduce((b, value, index) => (value > fitness[b] ? index : b), 0)
  const solver = findSolver(task, simulation, genomes, fitness)
  const tested = performance.now()
  const described = describeGeneration(state, fitness, evaluated, config)
  evolution.advance(fitness)
  return {
    ...described,
    bestFitness: fitness[best],
    champion: genomes[solver ?? best],
    championFitness: fitness[solver ?? best],
    evaluations: run.evaluations + genomes.length,
    solved: solver !== undefined,
    times: {
      load: loaded - began,
      evaluate: evaluatedAt - loaded,
      test: tested - evaluatedAt,
      reproduce: performance.now() - tested,
    },
  }
}

/** The fittest candidate that passes the task's test. */
function findSolver(
  task: Task,
  simulation: Simulation,
  genomes: readonly Genome[],
  fitness: Float64Array,
): number | undefined {
  return Array.from(fitness.keys())
    .filter((index) => simulation.candidate?.(index) ?? fitness[index] >= task.targetFitness)
    .sort((a, b) => fitness[b] - fitness[a] || a - b)
    .find((index) => task.test?.(genomes[index]).solved ?? true)
}

/** The run after a generation. */
function progress(run: RunState, evolution: Evolution, report: GenerationReport): RunState {
  const { evaluations, solved, champion, championFitness } = report
  const better = solved || championFitness >= run.championFitness
  return {
    ...run,
    evolution: evolution.state,
    evaluations,
    solved,
    champion: better ? champion : run.champion,
    championFitness: better ? championFitness : run.championFitness,
  }
}

function checkFitness(fitness: Float64Array, task: Task): void {
  const index = fitness.findIndex((value) => !(value >= 0 && value < Infinity))
  if (index >= 0) {
    throw new NeatronError(
      'FITNESS_INVALID',
      `Task ${task.name} gave genome ${index} the fitness ${fitness[index]}; it must be a finite number of at least 0`,
    )
  }
}
