import { resolve } from 'node:path'
import { NeatronError } from '../errors.js'
import { importTask, moduleUrl } from '../task-module.js'
import { tasks } from '../tasks/index.js'
import type { Task } from '../tasks/task.js'
import type { TaskSource } from '../workers/block.js'

/** A task that the command line names, and from where worker threads can have it. */
export interface ChosenTask {
  readonly task: Task
  readonly source: TaskSource
  /** Where its module is, `/path/to/file.js#export`, if it is none of neatron's own. */
  readonly module?: string
}

/** Whether an argument means a module rather than one of neatron's tasks. */
export function isTaskFile(argument: string): boolean {
  return /[/\\]|\.[cm]?[jt]s(#|$)/.test(argument)
}

/**
 * Finds a task by its name, or imports it from a file: `./my-task.js`, `./my-tasks.js#easy`.
 *
 * @throws NeatronError `USAGE` for a name that no task has, `TASK_INVALID` for a file without a task
 */
export async function chooseTask(argument: string): Promise<ChosenTask> {
  if (Object.hasOwn(tasks, argument)) {
    return { task: tasks[argument]!, source: { builtIn: argument } }
  }
  if (!isTaskFile(argument)) {
    throw new NeatronError(
      'USAGE',
      `There is no task ${argument}; there are ${Object.keys(tasks).join(', ')}. A task of your own is named by its file, ./${argument}.js.`,
    )
  }
  const [path, name] = parts(argument)
  const source = { module: moduleUrl(path), export: name }
  const module = `${resolve(path)}${name === undefined ? '' : `#${name}`}`
  return { task: await importTask(source), source, module }
}

/** The path and the export's name: what follows the last `#`, unless it goes on with the path. */
function parts(argument: string): [path: string, name?: string] {
  const [, path, name] = /^(.*?)(?:#([^/\\#.]+))?$/s.exec(argument) as RegExpExecArray
  return [path, name]
}
