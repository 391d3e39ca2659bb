import { inspect } from 'node:util'
import { NeatBrain } from '../brain/neat-brain.js'
import { NeatronError } from '../errors.js'
import { TaskEvaluator, type Tick } from '../neat/evaluate.js'
import { unpackGenomes } from '../neat/packed-genomes.js'
import { importTask } from '../task-module.js'
import { tasks } from '../tasks/index.js'
import type { Task } from '../tasks/task.js'
import type { Block, EvaluatedBlock, FailedBlock, TaskSource } from './block.js'

const brain = NeatBrain.inProcess()

/** Evaluates a block in this worker thread: what piscina calls. */
export default async function evaluateBlock(block: Block): Promise<EvaluatedBlock | FailedBlock> {
  try {
    const task = await taskOf(block.source)
    const times: number[] = []
    const record = ({ rows, simulationNs, inferenceNs }: Tick) => {
      times.push(rows, simulationNs, inferenceNs)
    }
    const evaluator = new TaskEvaluator(task, brain, block.timed ? record : undefined)
    const { seed, generation, timed } = block
    const evaluated = await evaluator.evaluate(unpackGenomes(block.genomes), { seed, generation })
    // Without a signal an evaluation always comes to its end.
    return { ...evaluated!, ...(timed && { times: Float32Array.from(times) }) }
  } catch (thrown) {
    return failure(thrown)
  }
}

async function taskOf(source: TaskSource): Promise<Task> {
  return 'builtIn' in source ? tasks[source.builtIn] : importTask(source)
}

/** An error as it can pass between threads. */
function failure(thrown: unknown): FailedBlock {
  if (!(thrown instanceof Error)) return { error: new Error(inspect(thrown)) }
  // Properties that cannot be copied would fail the message.
  const error = new Error(thrown.message)
  error.name = thrown.name
  error.stack = thrown.stack
  return thrown instanceof NeatronError ? { error, code: thrown.code } : { error }
}
