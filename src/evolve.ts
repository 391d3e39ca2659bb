import { NeatBrain } from './brain/neat-brain.js'
import { NeatronError } from './errors.js'
import {
  checkEvolveOptions,
  type EvolveOptions,
  evolvesByFitness,
  type TaskEvolveOptions,
} from './evolve-options.js'
import { TaskEvaluator } from './neat/evaluate.js'
import type { Evaluator } from './neat/evaluator.js'
import { FunctionEvaluator } from './neat/fitness-function.js'
import type { GenerationReport } from './neat/report.js'
import { type EvolveResult, Run } from './neat/run.js'
import { importTask, isTask, moduleUrl, type TaskModule } from './task-module.js'
import { tasks } from './tasks/index.js'
import type { Task } from './tasks/task.js'
import type { TaskSource } from './workers/block.js'
import { WorkerEvaluator } from './workers/worker-evaluator.js'

/**
 * Evolves genomes until one solves the task or the generations are over. The same task, seed and
 * configuration give the same champion in every in-process mode, with any number of workers,
 * interrupted and resumed or not.
 *
 * @throws NeatronError `ARGUMENT_TYPE` and `ARGUMENT_RANGE` for a wrong option, `CONFIG_INVALID`,
 *   `TASK_INVALID`, `FITNESS_INVALID`, `WORKER_CRASHED`, `CHECKPOINT_INVALID`, `CHECKPOINT_WRITE`,
 *   and whatever the brain, the task or the fitness function fails with
 */
export async function evolve(options: EvolveOptions): Promise<EvolveResult> {
  const run = evolution(options)
  for (;;) {
    const { done, value } = await run.next()
    if (done) return value
  }
}

/**
 * The same run, generation by generation, at the pace of whoever asks for them:
 *
 * ```ts
 * for await (const { generation, bestFitness, champion } of evolution({ task: tasks.xor })) {
 *   if (bestFitness > 12) break // ends the run, which closes what it has opened
 * }
 * ```
 *
 * The generator's return value is the result that `evolve` gives.
 *
 * @throws NeatronError at once `ARGUMENT_TYPE` and `ARGUMENT_RANGE`; others as `evolve`, when asked
 *   for the next generation
 */
export function evolution(
  options: EvolveOptions,
): AsyncGenerator<GenerationReport, EvolveResult, void> {
  checkEvolveOptions(options)
  return generations(options)
}

async function* generations(
  options: EvolveOptions,
): AsyncGenerator<GenerationReport, EvolveResult, void> {
  const { evaluator, close } = await openEvaluator(options)
  try {
    const run = await Run.open(evaluator, options)
    yield* run.reports()
    return run.result
  } finally {
    await close()
  }
}

interface Opened {
  readonly evaluator: Evaluator
  close(): Promise<void>
}

const nothingToClose = async () => {}

async function openEvaluator(options: EvolveOptions): Promise<Opened> {
  if (evolvesByFitness(options)) {
    const { inputs, outputs, targetFitness = Infinity, name = 'fitness', fitness } = options
    const goal = { name, inputs, outputs, targetFitness }
    return { evaluator: new FunctionEvaluator(goal, fitness), close: nothingToClose }
  }
  const { brain, workers, onTick } = options
  const { task, source } = await resolveTask(options.task)
  if (workers !== undefined) {
    if (source === undefined) throw notShared(task)
    const evaluator = await WorkerEvaluator.open(task, source, workers, onTick)
    return { evaluator, close: () => evaluator.close() }
  }
  if (brain) return { evaluator: new TaskEvaluator(task, brain, onTick), close: nothingToClose }
  const own = NeatBrain.inProcess()
  return { evaluator: new TaskEvaluator(task, own, onTick), close: () => own.close() }
}

/** The task, and from where other threads can have it. */
async function resolveTask(
  given: TaskEvolveOptions['task'],
): Promise<{ task: Task; source?: TaskSource }> {
  if (isTask(given)) {
    const builtIn = tasks[given.name] === given
    return { task: given, ...(builtIn && { source: { builtIn: given.name } }) }
  }
  const { module, export: name }: TaskModule = given instanceof URL ? { module: given } : given
  const source = { module: moduleUrl(module), export: name }
  return { task: await importTask(source), source }
}

function notShared({ name }: Task): NeatronError {
  return new NeatronError(
    'ARGUMENT_TYPE',
    `Task ${name} is an object, which other threads cannot have: for workers, export it from a module and give its URL, new URL('./task.js', import.meta.url)`,
  )
}
