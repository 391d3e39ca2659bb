import { NeatronError } from '../errors.js'
import { HEADER_WORDS } from './layout.js'

/**
 * The class of a typed array as the engine knows it: not fooled by prototypes, and right for
 * arrays of another realm (`vm`, test runners), where `instanceof` is not.
 */
const classOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Float32Array.prototype),
  Symbol.toStringTag,
)!.get as (this: unknown) => string | undefined

function wrongClass(name: string, expected: string, value: unknown): NeatronError {
  const came = classOf.call(value) ?? (value === null ? 'null' : typeof value)
  return new NeatronError(
    'ARGUMENT_TYPE',
    `${name} must be a ${expected}, but ${came} came; use new ${expected}(...)`,
  )
}

/** Refuses inputs or outputs that are no `Float32Array`. */
export function checkRows(inputs: Float32Array, outputs: Float32Array): void {
  if (classOf.call(inputs) !== 'Float32Array') throw wrongClass('inputs', 'Float32Array', inputs)
  if (classOf.call(outputs) !== 'Float32Array') throw wrongClass('outputs', 'Float32Array', outputs)
}

/** Refuses genome indices that are no `Uint32Array`. */
export function checkGenomeIndices(genome: Uint32Array): void {
  if (classOf.call(genome) !== 'Uint32Array') throw wrongClass('genome', 'Uint32Array', genome)
}

/** Refuses packed genes that are no `Uint32Array`, or too short for the header of one. */
export function checkWords(words: Uint32Array): void {
  if (classOf.call(words) !== 'Uint32Array') throw wrongClass('words', 'Uint32Array', words)
  if (words.length >= HEADER_WORDS) return
  throw new NeatronError(
    'GENOME_FORMAT',
    `a packed genome begins with a header of ${HEADER_WORDS} words, but ${words.length} came; ` +
      'pass the words of a genome, not transferred away',
  )
}

/** Refuses slots that are no `Uint32Array`. */
export function checkSlots(slots: Uint32Array): void {
  if (classOf.call(slots) !== 'Uint32Array') throw wrongClass('slots', 'Uint32Array', slots)
}

/** Refuses a row or slot that is no place in a list. */
export function checkPlace(name: string, value: number): void {
  if (typeof value !== 'number') {
    throw new NeatronError('ARGUMENT_TYPE', `${name} must be a number, but ${typeof value} came`)
  }
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return
  throw new NeatronError(
    'ARGUMENT_RANGE',
    `${name} must be a whole number of at least 0, but ${value} came`,
  )
}
