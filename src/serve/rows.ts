import { describe } from '../describe.js'
import { HttpError } from './http-error.js'
import type { Signature, TensorSpec } from './signature.js'

/**
 * Reads rows of numbers, `[[...], ...]`, into one row-major array.
 *
 * @throws HttpError `BODY_INVALID`, `INPUT_LENGTH` or `INPUT_NOT_FINITE`, naming the place.
 */
export function readRows(value: unknown, { name, width }: TensorSpec): Float32Array {
  if (!Array.isArray(value) || value.length === 0) {
    throw new HttpError(
      'BODY_INVALID',
      `${name}: expected an array of at least one row, got ${describe(value)}.`,
    )
  }
  // Lengths first: many empty rows make a short body, and would have much memory set aside.
  for (let row = 0; row < value.length; row += 1) {
    const numbers: unknown = value[row]
    if (Array.isArray(numbers) && numbers.length === width) continue
    // Of a flat row, "3 numbers, got 3" would not say what is wrong.
    const [expected, got] = Array.isArray(numbers)
      ? ['', `${numbers.length}`]
      : ['an array of ', describe(numbers)]
    throw new HttpError(
      'INPUT_LENGTH',
      `${name}[${row}]: expected ${expected}${width} numbers, got ${got}.`,
    )
  }
  const values = new Float32Array(value.length * width)
  let at = 0
  for (let row = 0; row < value.length; row += 1) {
    const numbers: unknown[] = value[row]
    for (let column = 0; column < width; column += 1) {
      const number: unknown = numbers[column]
      values[at] = typeof number === 'number' ? number : Number.NaN
      if (!Number.isFinite(values[at])) {
        throw notFinite(`${name}[${row}][${column}]`, number)
      }
      at += 1
    }
  }
  return values
}

/**
 * Reads the index of the genome that answers each row.
 *
 * @throws HttpError `GENOME_INDEX` naming the row, or the missing field.
 */
export function readGenomes(value: unknown, rows: number, signature: Signature): BigInt64Array {
  if (!Array.isArray(value) || value.length !== rows) {
    throw new HttpError(
      'GENOME_INDEX',
      `genome: expected ${rows} indices, one for each row, of a population of ${signature.populationSize}; got ${describe(value)}.`,
    )
  }
  const indices = new BigInt64Array(rows)
  for (let row = 0; row < rows; row += 1) {
    const index: unknown = value[row]
    if (!isIndex(index, signature.populationSize)) throw badIndex(row, index, signature)
    indices[row] = BigInt(index)
  }
  return indices
}

/** Checks indices that came in a tensor, before they are queued: ONNX takes -1 as the last. */
export function checkGenomes(indices: BigInt64Array, signature: Signature): void {
  const size = BigInt(signature.populationSize)
  const row = indices.findIndex((index) => index < 0n || index >= size)
  if (row >= 0) throw badIndex(row, indices[row], signature)
}

/** Checks values that came as float32. */
export function checkFinite(values: Float32Array, name: string): void {
  for (let index = 0; index < values.length; index += 1) {
    if (!Number.isFinite(values[index])) throw notFinite(`${name}, element ${index}`, values[index])
  }
}

/** Writes rows of numbers as JSON; all are finite. */
export function writeRows(values: Float32Array, width: number): string {
  if (values.length === width) return `[[${values.join(',')}]]`
  const rows: string[] = []
  for (let from = 0; from < values.length; from += width) {
    rows.push(`[${values.subarray(from, from + width).join(',')}]`)
  }
  return `[${rows.join(',')}]`
}

function isIndex(value: unknown, size: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < size
}

function badIndex(row: number, index: unknown, { populationSize }: Signature): HttpError {
  const message = `genome[${row}]: expected a whole number from 0 to ${populationSize - 1}, got ${typeof index === 'bigint' ? index : describe(index)}.`
  return new HttpError('GENOME_INDEX', message)
}

function notFinite(place: string, value: unknown): HttpError {
  if (typeof value !== 'number') {
    return new HttpError('BODY_INVALID', `${place}: expected a number, got ${describe(value)}.`)
  }
  const message = `${place}: expected a finite number within the range of float32, got ${value}.`
  return new HttpError('INPUT_NOT_FINITE', message)
}
