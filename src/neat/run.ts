import { randomInt } from 'node:crypto'
import { setImmediate as nextMacrotask } from 'node:timers/promises'
import { NeatronError } from '../errors.js'
import type { Genome } from '../genome/genome.js'
import type { TestResult } from '../tasks/task.js'
import { judge } from './champion.js'
import { Checkpoint, type RunState } from './checkpoint.js'
import { type Config, completeConfig } from './config.js'
import { checkFitness, type Evaluator } from './evaluator.js'
import { beginEvolution, Evolution } from './evolution.js'
import { describeGeneration, type EvaluatedGeneration, type GenerationReport } from './report.js'

/** How a run goes, whatever it evolves for. */
export interface RunOptions {
  /** Complete generations after which the run ends, those before a resumption included. Default 100. */
  readonly generations?: number
  /** Genomes in a generation: the same as `config.population`, which it overrides. */
  readonly population?: number
  /** Decides everything that is random in the run: 0 to 2^32 - 1. Drawn when left out. */
  readonly seed?: number
  /** Parameters that differ from the task's own, which differ from the defaults. */
  readonly config?: Partial<Config>
  /** Called when a generation's fitness is known, before its children are made; awaited. */
  readonly onEvaluated?: (generation: EvaluatedGeneration) => void | Promise<void>
  /** Called when a generation is complete (and saved, if there is a checkpoint); awaited. */
  readonly onGeneration?: (report: GenerationReport) => void | Promise<void>
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
  /** What the task's test of the champion came to, if it was tried. */
  readonly test?: TestResult
  readonly solved: boolean
  /** Whether the signal ended the run. */
  readonly interrupted: boolean
  /** Number of complete generations: the last one's report has `generation` one less. */
  readonly generations: number
  /** Genomes evaluated. */
  readonly evaluations: number
  readonly seed: number
  readonly config: Config
}

/** A run of NEAT, from its beginning or a checkpoint to its end. */
export class Run {
  readonly #evolution: Evolution
  #interrupted = false

  private constructor(
    readonly evaluator: Evaluator,
    readonly options: RunOptions,
    readonly checkpoint: Checkpoint | undefined,
    private state: RunState,
  ) {
    this.#evolution = new Evolution(state.config, state.seed, state.evolution)
  }

  /**
   * Begins a run, or goes on with one.
   *
   * @throws NeatronError `CONFIG_INVALID`, `ARGUMENT_RANGE`, `CHECKPOINT_INVALID`, `CHECKPOINT_WRITE`
   */
  static async open(evaluator: Evaluator, options: RunOptions): Promise<Run> {
    const checkpoint = options.checkpoint && new Checkpoint(options.checkpoint.directory)
    if (checkpoint && options.checkpoint?.resume) {
      const state = await checkpoint.resume()
      checkResumable(state, evaluator, options)
      return new Run(evaluator, options, checkpoint, state)
    }
    const state = begin(evaluator, options)
    await checkpoint?.begin(state)
    return new Run(evaluator, options, checkpoint, state)
  }

  /** Complete generations. */
  get generations(): number {
    return this.state.evolution.generation
  }

  /** What the run has come to so far. */
  get result(): EvolveResult {
    const { champion, championFitness, championTest, solved, evaluations, seed, config } =
      this.state
    return {
      champion,
      fitness: championFitness,
      ...(championTest && { test: championTest }),
      solved,
      interrupted: this.#interrupted && !solved,
      generations: this.generations,
      evaluations,
      seed,
      config,
    }
  }

  /**
   * The generations still to come, each reported when it is complete and saved. Who stops asking
   * stops the run.
   *
   * @throws NeatronError `FITNESS_INVALID`, `CHECKPOINT_WRITE`, and whatever evaluation fails with
   */
  async *reports(): AsyncGenerator<GenerationReport, void, void> {
    const { generations = 100, checkpoint: kept, onGeneration, signal } = this.options
    this.#interrupted = signal?.aborted ?? false
    while (!this.#interrupted && !this.state.solved && this.generations < generations) {
      const report = await this.#generation().catch((error) => {
        // A brain that waits on a server ends that wait when it has the same signal.
        if (signal?.aborted && error === signal.reason) return undefined
        throw error
      })
      if (report === undefined) {
        this.#interrupted = true
        return
      }
      this.state = progress(this.state, this.#evolution, report)
      if (this.checkpoint) {
        const { champion: _, ...line } = report
        await this.checkpoint.commit(this.state, { ...line, ...kept?.annotate?.(report) })
      }
      await onGeneration?.(report)
      yield report
      // A turn of the event loop, or an in-process run would never see a signal.
      await nextMacrotask()
      this.#interrupted = signal?.aborted ?? false
    }
  }

  /** Evaluates one generation and replaces it by the next; undefined if the signal came first. */
  async #generation(): Promise<GenerationReport | undefined> {
    const { evaluator, options } = this
    const evolution = this.#evolution
    const { config, seed, state } = evolution
    const { genomes, generation } = state
    const began = performance.now()
    const { signal } = options
    const evaluated = await evaluator.evaluate(genomes, { seed, generation, signal })
    if (evaluated === undefined) return undefined
    const { fitness, ticks, rows, loadMs } = evaluated
    checkFitness(fitness, evaluator.goal.name)
    const evaluatedAt = performance.now()
    const champion = judge(evaluator.goal, genomes, evaluated, evolution.state.speciation.species)
    const testedAt = performance.now()
    const described = describeGeneration(state, fitness, { ticks, rows }, config)
    if (options.onEvaluated) {
      const species = state.speciation.species.map(({ id, members }) => ({ id, members }))
      await options.onEvaluated({ generation, genomes, fitness, species })
    }
    const reproduceAt = performance.now()
    evolution.advance(fitness)
    return {
      ...described,
      ...champion,
      evaluations: this.state.evaluations + genomes.length,
      times: {
        load: loadMs,
        evaluate: evaluatedAt - began - loadMs,
        test: testedAt - evaluatedAt,
        reproduce: performance.now() - reproduceAt,
      },
    }
  }
}

function begin(
  { goal }: Evaluator,
  { seed = randomInt(2 ** 32), population, ...options }: RunOptions,
): RunState {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new NeatronError(
      'ARGUMENT_RANGE',
      `Expected a seed from 0 to ${2 ** 32 - 1}, a whole number, but ${seed} came`,
    )
  }
  const config = completeConfig(goal.config, options.config, population && { population })
  const evolution = beginEvolution(goal.inputs, goal.outputs, config, seed)
  return {
    task: goal.name,
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
function checkResumable(run: RunState, { goal }: Evaluator, options: RunOptions): void {
  const { seed, population, config } = options
  const asked: Record<string, unknown> = { ...config, task: goal.name }
  if (population !== undefined) asked.population = population
  if (seed !== undefined) asked.seed = seed
  const kept: Record<string, unknown> = { ...run.config, task: run.task, seed: run.seed }
  for (const [key, value] of Object.entries(asked)) {
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(kept[key])) {
      throw new NeatronError(
        'CHECKPOINT_INVALID',
        `The checkpoint is of a run with ${key} ${JSON.stringify(kept[key])}, not ${JSON.stringify(value)}: leave ${key} out, or start a new run`,
      )
    }
  }
}

/** The run after a generation. */
function progress(run: RunState, evolution: Evolution, report: GenerationReport): RunState {
  const { evaluations, solved, champion, championFitness, test } = report
  const passed = run.championTest?.passed ?? 0
  const better =
    solved ||
    championFitness > run.championFitness ||
    (championFitness === run.championFitness && (test?.passed ?? 0) >= passed)
  return {
    ...run,
    ...(better && { champion, championFitness, championTest: test }),
    evolution: evolution.state,
    evaluations,
    solved,
  }
}
