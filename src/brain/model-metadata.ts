import { describe } from '../describe.js'
import { NeatronError } from '../errors.js'
import type { Exchange } from './exchange.js'
import { invalid, refused } from './exchange-error.js'
import type { RowShape } from './inference.js'
import { parseJson } from './json-reply.js'

/** What a server says of a model that it has. */
export interface ModelMetadata {
  readonly shape: RowShape
  /** Whether rows must name their genome. */
  readonly population: boolean
}

/**
 * Asks the server what rows of `model` look like (`GET /v2/models/{model}`, Open Inference Protocol).
 * It does not tell how many genomes a population has, so indices are left for it to check.
 *
 * @throws NeatronError `MODEL_NOT_FOUND`; `RESPONSE_INVALID` when the model has no tensors `inputs` and `outputs`;
 *   `RECURRENT_UNSUPPORTED` when it takes a state.
 */
export async function modelMetadata(
  exchange: Exchange,
  url: string,
  model: string,
): Promise<ModelMetadata> {
  const reply = await exchange({ method: 'GET', path: `/v2/models/${encodeURIComponent(model)}` })
  if (reply.status < 200 || reply.status >= 300) throw refused(url, model, reply)
  const { inputs, outputs } = parseJson(reply, url)
  if (tensor(inputs, 'state') !== undefined) {
    throw new NeatronError(
      'RECURRENT_UNSUPPORTED',
      `model ${model} at ${url} takes a state with each row, which only a brain that loaded its ` +
        'genomes keeps; load them, or send "state" yourself',
    )
  }
  const population = tensor(inputs, 'genome') !== undefined
  const shape = {
    inputSize: columns(inputs, 'inputs', url),
    outputSize: columns(outputs, 'outputs', url),
    genomes: population ? Number.POSITIVE_INFINITY : 1,
  }
  return { shape, population }
}

/** The length of a row of the tensor `name`. */
function columns(tensors: unknown, name: string, url: string): number {
  const shape: unknown = tensor(tensors, name)?.shape
  const size = Array.isArray(shape) && shape.length === 2 ? Number(shape[1]) : Number.NaN
  if (!Number.isInteger(size) || size < 1) {
    throw invalid(
      url,
      `a tensor "${name}" of shape [-1, n] in the model's metadata`,
      describe(shape),
    )
  }
  return size
}

function tensor(tensors: unknown, name: string): { shape?: unknown } | undefined {
  return Array.isArray(tensors) ? tensors.find((each) => each?.name === name) : undefined
}
