import { type Asked, JSON_TYPE } from '../asked.js'
import type { Model } from '../model.js'
import { readInferRequest } from './request.js'
import { writeInferResponse } from './response.js'

/** The header that says how long the JSON part of a body is, when binary data follows; both ways. */
export const JSON_LENGTH = 'inference-header-content-length'

/**
 * Reads an infer request of the Open Inference Protocol for a model.
 *
 * @throws HttpError with what was expected and what came.
 */
export function readOipInfer(
  model: Model,
  body: Buffer | undefined,
  jsonLength: string | undefined,
): Asked {
  const request = readInferRequest(body, jsonLength, model.signature)
  const { inputs, rows } = request
  return {
    model,
    inputs,
    rows,
    write: (answer) => {
      const { body, headerLength } = writeInferResponse(model, request, answer)
      const headers =
        headerLength === null
          ? ['content-type', JSON_TYPE]
          : ['content-type', 'application/octet-stream', JSON_LENGTH, String(headerLength)]
      return { headers, body }
    },
  }
}
