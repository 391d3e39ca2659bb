import type { Task } from '../tasks/task.js'
import type { Brain } from './brain.js'
import { TaskEvaluator, type TickListener } from './evaluate.js'
import { type EvolveResult, Run, type RunOptions } from './run.js'

/** What to evolve, where its inference happens, and who is told. */
export interface EvolveOptions extends RunOptions {
  readonly task: Task
  /** Where inference happens. It is not closed at the end: who made it closes it. */
  readonly brain: Brain
  /** Called at each tick. */
  readonly onTick?: TickListener
}

/**
 * Evolves genomes for a task until one solves it or the generations are over. The same task, seed
 * and configuration give the same champion, interrupted and resumed or not.
 *
 * @throws NeatronError as {@link Run} does, and whatever the brain fails with
 */
export async function evolve({
  task,
  brain,
  onTick,
  ...options
}: EvolveOptions): Promise<EvolveResult> {
  const run = await Run.open(new TaskEvaluator(task, brain, onTick), options)
  for await (const _ of run.reports());
  return run.result
}
