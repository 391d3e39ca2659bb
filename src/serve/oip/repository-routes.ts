import type { FastifyInstance } from 'fastify'
import { describe } from '../../describe.js'
import type { ByteBudget } from '../byte-budget.js'
import {
  asObject,
  type BytesRequest,
  type JsonObject,
  readObject,
  type ServerContext,
} from '../context.js'
import { HttpError } from '../http-error.js'
import { SCHEMAS } from '../schemas.js'

type NameParams = { model: string }

/** An inline model file of the load request: `file:VERSION/model.onnx`. */
const FILE = /^file:(\d{1,9})\/model\.onnx$/

/** Triton's model repository extension: index, load with the model inline, unload. */
export function repositoryRoutes(app: FastifyInstance, context: ServerContext): void {
  const { repository, budget } = context

  app.post('/v2/repository/index', { schema: SCHEMAS.index }, ({ body }: BytesRequest) => {
    const { ready } = optionalObject(body)
    const index = repository.index()
    return ready === true ? index.filter(({ state }) => state === 'READY') : index
  })

  app.post(
    '/v2/repository/models/:model/load',
    { schema: SCHEMAS.load },
    async (request: BytesRequest) => {
      checkAllowed(context)
      const { model: name } = request.params as NameParams
      const { version, bytes, config } = readLoad(request.body)
      const model = await held(budget, bytes.length, () =>
        repository.load(name, version, bytes, config),
      )
      request.log.info({ model: name, version, bytes: bytes.length }, 'model loaded')
      return { name: model.name, version: model.version }
    },
  )

  app.post(
    '/v2/repository/models/:model/unload',
    { schema: SCHEMAS.unload },
    async (request: BytesRequest) => {
      checkAllowed(context)
      const { model: name } = request.params as NameParams
      optionalObject(request.body)
      await repository.unload(name)
      request.log.info({ model: name }, 'model unloaded')
      return {}
    },
  )
}

/** Counts bytes against the budget while `action` is under way: loads wait for each other. */
async function held<T>(budget: ByteBudget, bytes: number, action: () => Promise<T>): Promise<T> {
  budget.take(bytes)
  try {
    return await action()
  } finally {
    budget.give(bytes)
  }
}

function checkAllowed({ options }: ServerContext): void {
  if (!options.allowLoad) {
    const message = 'Loading is off. Start the server with --allow-load to let clients load models.'
    throw new HttpError('LOADING_OFF', message)
  }
}

function readLoad(body: Buffer | undefined) {
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
  try {
    return asObject(typeof value === 'string' ? JSON.parse(value) : value, 'config')
  } catch {
    const message = `config: expected a model configuration as JSON in a string, got ${describe(value)}.`
    throw new HttpError('BODY_INVALID', message)
  }
}

function optionalObject(body: Buffer | undefined): JsonObject {
  return body === undefined || body.length === 0 ? {} : readObject(body)
}
