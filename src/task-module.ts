import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { NeatronError } from './errors.js'
import type { Task } from './tasks/task.js'

/** Where a task is to be imported from, in this thread and in others. */
export interface TaskModule {
  /** A module's URL, such as `new URL('./my-task.js', import.meta.url)`, or its path. */
  readonly module: string | URL
  /** The task's name among the exports. Default: `default`, or else the only task there is. */
  readonly export?: string
}

/** The URL of a module; paths are taken from the working directory. */
export function moduleUrl(module: string | URL): string {
  if (module instanceof URL) return module.href
  return /^(file|data):/.test(module) ? module : pathToFileURL(resolve(module)).href
}

/**
 * Imports a task.
 *
 * @throws NeatronError `TASK_INVALID` if the module cannot be imported or has no such task
 */
export async function importTask({ module, export: name }: TaskModule): Promise<Task> {
  const url = moduleUrl(module)
  let exported: Record<string, unknown>
  try {
    exported = await import(url)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : inspect(cause)
    const remedy =
      (cause as NodeJS.ErrnoException)?.code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? '; compile it to JavaScript, or take a Node that runs TypeScript (22.18 and newer)'
        : ''
    throw new NeatronError(
      'TASK_INVALID',
      `Cannot import the task's module ${url}: ${message}${remedy}`,
      { cause },
    )
  }
  const fail = (what: string): never => {
    const names = Object.keys(exported).join(', ') || 'none'
    throw new NeatronError('TASK_INVALID', `${url} ${what}; its exports: ${names}`)
  }
  if (name !== undefined) {
    const task = exported[name]
    return isTask(task) ? task : fail(`has no task as its export ${name}`)
  }
  if (isTask(exported.default)) return exported.default
  const found = Object.values(exported).filter(isTask)
  if (found.length === 1) return found[0]
  return fail(found.length === 0 ? 'exports no task' : 'exports several tasks: name one')
}

/** Whether a value has all that a task needs. */
export function isTask(value: unknown): value is Task {
  const task = value as Partial<Task> | null | undefined
  return (
    typeof task?.name === 'string' &&
    isSize(task.inputs) &&
    isSize(task.outputs) &&
    typeof task.targetFitness === 'number' &&
    typeof task.start === 'function'
  )
}

function isSize(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0
}
