import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { describe } from '../describe.js'
import { type BytesRequest, checkRoom, infer, readObject, type ServerContext } from './context.js'
import { HttpError } from './http-error.js'
import { readGenomes, readRows, writeRows } from './rows.js'
import { SCHEMAS } from './schemas.js'
import type { TensorData } from './signature.js'

const FIELDS = new Set(['inputs', 'model', 'genome'])

/** `POST /infer`: rows in, rows out, as JSON. */
export function inferRoute(app: FastifyInstance, context: ServerContext): void {
  const onRequest: onRequestHookHandler = (request, _reply, done) => {
    checkRoom(context, request, context.repository.peek())
    done()
  }
  app.post('/infer', { schema: SCHEMAS.infer, onRequest }, async (request: BytesRequest, reply) => {
    const body = readObject(request.body)
    for (const field in body) {
      if (FIELDS.has(field)) continue
      const known = [...FIELDS].join(', ')
      throw new HttpError('BODY_INVALID', `Unknown field ${describe(field)}; there are ${known}.`)
    }
    const model = context.repository.find(modelName(body.model))
    const { signature } = model
    if (signature.inputs.length > (signature.genomeInput < 0 ? 1 : 2)) {
      const names = signature.inputs.map(({ name }) => name).join(', ')
      const message = `Model ${model.name} takes ${names}; /infer knows inputs and genome. Use /v2/models/${model.name}/infer.`
      throw new HttpError('BODY_INVALID', message)
    }
    const inputs: TensorData[] = []
    const rowsInput = signature.genomeInput === 0 ? 1 : 0
    const spec = signature.inputs[rowsInput]
    const values = readRows(body.inputs, { ...spec, name: 'inputs' })
    const rows = (body.inputs as unknown[]).length
    inputs[rowsInput] = values
    if (signature.genomeInput >= 0 || body.genome !== undefined) {
      const genomes = readGenomes(body.genome, rows, signature)
      if (signature.genomeInput >= 0) inputs[signature.genomeInput] = genomes
    }
    const { outputs } = await infer(context, request, reply, model, inputs, rows)
    reply.header('content-type', 'application/json; charset=utf-8')
    return `{"outputs":${writeRows(outputs[0], signature.outputs[0].width)}}`
  })
}

function modelName(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw new HttpError('BODY_INVALID', `model: expected a name, got ${describe(value)}.`)
}
