import { NeatronError } from '../errors.js'

/**
 * Refuses options that are no object, and names that `callee` does not know: a misspelt option
 * would be ignored without a word.
 */
export function checkOptions(callee: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return
  const list = known.join(', ')
  if (typeof options !== 'object' || options === null) {
    throw new NeatronError(
      'ARGUMENT_TYPE',
      `the options of ${callee} must be an object (${list}), but ${options === null ? 'null' : typeof options} came`,
    )
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new NeatronError('ARGUMENT_TYPE', `${callee} has no option ${unknown}; it knows ${list}`)
}

/** Refuses what is neither a boolean nor left out. */
export function checkFlag(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return
  const came = value === null ? 'null' : typeof value
  throw new NeatronError('ARGUMENT_TYPE', `${name} must be true or false, but ${came} came`)
}

/** What only neatron has: a class whose constructor wants it is made by its own functions alone. */
export const OWN = Symbol('neatron')

/** Refuses `new` from outside; `instead` is what to call. */
export function checkOwn(token: unknown, instead: string): void {
  if (token === OWN) return
  throw new NeatronError('ARGUMENT_TYPE', `this class has no public constructor; call ${instead}`)
}
