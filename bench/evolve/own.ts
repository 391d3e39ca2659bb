import { type Config, evolution, type GenerationReport, NeatBrain, type Task, tasks } from 'neatron'
import { completeConfig } from '#src/neat/config.js'
import { TaskEvaluator } from '#src/neat/evaluate.js'
import { beginEvolution, Evolution } from '#src/neat/evolution.js'
import type { Contender, EvolutionRun, RunOptions } from './contender.js'

/** A task without an end, so that a run has its full length. */
function endless(task: Task): Task {
  return {
    ...task,
    test: undefined,
    targetFitness: Infinity,
    start(genomes, random) {
      const simulation = task.start(genomes, random)
      simulation.candidate = () => false
      return simulation
    },
  }
}

const taskOf = ({ problem, endless: on }: RunOptions): Task =>
  on ? endless(tasks[problem.name]) : tasks[problem.name]

/** The parameters of neatron's runs. */
export function configOf({ problem, population }: RunOptions): Config {
  return completeConfig(tasks[problem.name].config, { population })
}

function begin(options: RunOptions): EvolutionRun {
  const { population, seed } = options
  const task = taskOf(options)
  const generations = evolution({ task, seed, population, generations: Number.MAX_SAFE_INTEGER })
  let last: GenerationReport | undefined
  return {
    async generation() {
      last = (await generations.next()).value as GenerationReport
      return last.solved
    },
    size: () => ({ connections: last?.meanConnections ?? 0, hidden: last?.meanHidden ?? 0 }),
    end: () => generations.return(undefined as never),
  }
}

/** neatron as its users call it: generation by generation, in process. */
export const neatron: Contender = { name: 'neatron', begin }

/** Where a generation's time goes, in milliseconds. */
export interface Parts {
  /** Genomes to networks. */
  compile: number
  infer: number
  simulate: number
  /** Who has children, and how many. */
  select: number
  /** Crossover and mutation. */
  reproduce: number
  speciate: number
}

/** What the parts of so many generations come to on average, after some that do not count. */
export async function partsOf(
  options: RunOptions,
  warmUp: number,
  generations: number,
): Promise<Parts> {
  const { seed } = options
  const task = taskOf(options)
  const config = configOf(options)
  const run = new Evolution(config, seed, beginEvolution(task.inputs, task.outputs, config, seed))
  const sum: Parts = { compile: 0, infer: 0, simulate: 0, select: 0, reproduce: 0, speciate: 0 }
  let counts = false
  const brain = NeatBrain.inProcess()
  const evaluator = new TaskEvaluator(task, brain, (tick) => {
    if (!counts) return
    sum.infer += tick.inferenceNs / 1e6
    sum.simulate += tick.simulationNs / 1e6
  })
  for (let generation = 0; generation < warmUp + generations; generation++) {
    counts = generation >= warmUp
    const evaluated = await evaluator.evaluate(run.state.genomes, { seed, generation })
    if (evaluated === undefined) throw new Error('nothing aborts this')
    run.advance(evaluated.fitness)
    if (!counts) continue
    sum.compile += evaluated.loadMs
    for (const part of ['select', 'reproduce', 'speciate'] as const) sum[part] += run.times[part]
  }
  await brain.close()
  for (const part of Object.keys(sum) as (keyof Parts)[]) sum[part] /= generations
  return sum
}
