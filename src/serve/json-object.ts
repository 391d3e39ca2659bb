import { describe } from '../describe.js'
import { HttpError } from './http-error.js'

/** An object read from JSON. */
export type JsonObject = Record<string, unknown>

/**
 * Reads JSON that must be an object.
 *
 * @throws HttpError `BODY_INVALID`.
 */
export function readObject(bytes: Buffer | undefined): JsonObject {
  if (bytes === undefined || bytes.length === 0) {
    throw new HttpError('BODY_INVALID', 'Expected a JSON object as the body, got nothing.')
  }
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new HttpError('BODY_INVALID', `The body is not JSON: ${(error as Error).message}.`)
  }
  return asObject(value, 'the body')
}

/** @throws HttpError `BODY_INVALID` when a value is not an object. */
export function asObject(value: unknown, place: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject
  }
  throw new HttpError('BODY_INVALID', `Expected ${place} to be an object, got ${describe(value)}.`)
}

/** Reads a body that may be left out: then the object is empty. */
export function optionalObject(bytes: Buffer | undefined): JsonObject {
  return bytes === undefined || bytes.length === 0 ? {} : readObject(bytes)
}
