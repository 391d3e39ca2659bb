import { describe } from '../describe.js'
import { HttpError } from './http-error.js'
import { asObject, type JsonObject, optionalObject } from './json-object.js'

/** A model to load, as a request brings it. */
export interface LoadRequest {
  readonly version: string
  /** The model in ONNX's format, not looked at yet. */
  readonly bytes: Uint8Array
  /** The configuration that came with the model, in Triton's form. */
  readonly config?: JsonObject
}

/**
 * Levels within levels of a configuration; Triton's have half a dozen. JSON nested deep enough can
 * be read, and then neither be written nor be handed from one thread to the other.
 */
const CONFIG_DEPTH = 32

/** An inline model file of the load request: `file:VERSION/model.onnx`. */
const FILE = /^file:(\d{1,9})\/model\.onnx$/

/**
 * Reads the body of a load request of Triton's model repository extension: one model inline.
 *
 * @throws HttpError `BODY_INVALID` saying what was expected and what came.
 */
export function readLoad(body: Buffer | undefined): LoadRequest {
  const object = optionalObject(body)
  const parameters =
    object.parameters === undefined ? {} : asObject(object.parameters, 'parameters')
  const files = Object.entries(parameters).filter(([key]) => key.startsWith('file:'))
  const [file] = files
  const version = file === undefined ? undefined : FILE.exec(file[0])?.[1]
  if (files.length !== 1 || version === undefined) {
    const got = files.length === 0 ? 'none' : files.map(([key]) => describe(key)).join(', ')
    const message = `Expected exactly one inline model, "file:1/model.onnx" in parameters, as base64; got ${got}.`
    throw new HttpError('BODY_INVALID', message)
  }
  return { version, bytes: readBase64(file![1], file![0]), config: readConfig(parameters.config) }
}

function readBase64(value: unknown, name: string): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'base64')
    // Node skips what is not base64, so the length tells whether anything was.
    if (bytes.length > 0 && bytes.length === base64Length(value)) return bytes
  }
  throw new HttpError('BODY_INVALID', `${name}: expected base64, got ${describe(value)}.`)
}

/** Bytes that a base64 text of this length stands for. */
function base64Length(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return Math.floor(((text.length - padding) * 3) / 4)
}

function readConfig(value: unknown): JsonObject | undefined {
  if (value === undefined) return undefined
  let config: JsonObject
  try {
    config = asObject(typeof value === 'string' ? JSON.parse(value) : value, 'config')
  } catch {
    const message = `config: expected a model configuration as JSON in a string, got ${describe(value)}.`
    throw new HttpError('BODY_INVALID', message)
  }
  if (!isDeeper(config, CONFIG_DEPTH)) return config
  const message = `config: expected a model configuration, got one nested over ${CONFIG_DEPTH} levels deep.`
  throw new HttpError('BODY_INVALID', message)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((within) => isDeeper(within, levels - 1))
}
