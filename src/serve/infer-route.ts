import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { describe } from '../describe.js'
import { type Asked, JSON_TYPE, type Written } from './asked.js'
import { type BytesRequest, checkRoom, infer, type ServerContext } from './context.js'
import { HttpError } from './http-error.js'
import { type JsonObject, readObject } from './json-object.js'
import type { Model } from './model.js'
import type { ModelRepository } from './repository.js'
import { readGenomes, readRows, writeRows } from './rows.js'
import { SCHEMAS } from './schemas.js'
import type { TensorData } from './signature.js'

const FIELDS = new Set(['inputs', 'model', 'genome', 'state'])

const HEADERS = ['content-type', JSON_TYPE]

/** `POST /infer`: rows in, rows out, as JSON. */
export function inferRoute(app: FastifyInstance, context: ServerContext): void {
  const onRequest: onRequestHookHandler = (request, _reply, done) => {
    checkRoom(context, request.raw, context.repository.peek())
    done()
  }
  app.post('/infer', { schema: SCHEMAS.infer, onRequest }, (request: BytesRequest, reply) =>
    infer(context, request, reply, readInfer(request.body, context.repository)),
  )
}

/**
 * Reads the body of a request to `/infer`.
 *
 * @throws HttpError with what was expected and what came.
 */
export function readInfer(bytes: Buffer | undefined, repository: ModelRepository): Asked {
  const body = readObject(bytes)
  for (const field in body) {
    if (FIELDS.has(field)) continue
    const known = [...FIELDS].join(', ')
    throw new HttpError('BODY_INVALID', `Unknown field ${describe(field)}; there are ${known}.`)
  }
  const model = repository.find(modelName(body.model))
  const inputs = readInputs(body, model)
  const rows = (body.inputs as unknown[]).length
  return { model, inputs, rows, write: ({ outputs }) => writeInfer(model, outputs) }
}

function writeInfer({ signature }: Model, outputs: readonly Float32Array[]): Written {
  const { stateOutput } = signature
  const at = stateOutput === 0 ? 1 : 0
  let body = `{"outputs":${writeRows(outputs[at], signature.outputs[at].width)}`
  if (stateOutput >= 0) {
    body += `,"state":${writeRows(outputs[stateOutput], signature.outputs[stateOutput].width)}`
  }
  return { headers: HEADERS, body: `${body}}` }
}

/** The inputs in the order of the model's signature; a state that is not given is at its beginning. */
function readInputs(body: JsonObject, { name, signature }: Model): TensorData[] {
  const { rowsInput, genomeInput, stateInput } = signature
  const known = [rowsInput, genomeInput, stateInput].filter((input) => input >= 0)
  if (signature.inputs.length > known.length) {
    const names = signature.inputs.map((input) => input.name).join(', ')
    const message = `Model ${name} takes ${names}; /infer knows inputs, genome and state. Use /v2/models/${name}/infer.`
    throw new HttpError('BODY_INVALID', message)
  }
  const inputs: TensorData[] = []
  inputs[rowsInput] = readRows(body.inputs, { ...signature.inputs[rowsInput], name: 'inputs' })
  const rows = (body.inputs as unknown[]).length
  if (genomeInput >= 0 || body.genome !== undefined) {
    const genomes = readGenomes(body.genome, rows, signature)
    if (genomeInput >= 0) inputs[genomeInput] = genomes
  }
  if (stateInput >= 0) {
    const spec = signature.inputs[stateInput]
    inputs[stateInput] =
      body.state === undefined ? new Float32Array(rows * spec.width) : readRows(body.state, spec)
    if (inputs[stateInput].length !== rows * spec.width) {
      const message = `state: expected ${rows} rows as in inputs, got ${describe(body.state)}.`
      throw new HttpError('INPUT_LENGTH', message)
    }
  } else if (body.state !== undefined) {
    throw new HttpError('BODY_INVALID', `Model ${name} is not recurrent and has no state.`)
  }
  return inputs
}

function modelName(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw new HttpError('BODY_INVALID', `model: expected a name, got ${describe(value)}.`)
}
