import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type BodyPieces, joined, type piecesReader } from '../body.js'
import type { ByteBudget } from '../byte-budget.js'
import type { BytesRequest, ServerContext } from '../context.js'
import { HttpError } from '../http-error.js'
import { optionalObject } from '../json-object.js'
import { LARGE_BODY } from '../large.js'
import { readLoad } from '../load-request.js'
import { SCHEMAS } from '../schemas.js'

type NameParams = { model: string }

/** Triton's model repository extension: index, load with the model inline, unload. */
export async function repositoryRoutes(
  app: FastifyInstance,
  context: ServerContext,
  readPieces: ReturnType<typeof piecesReader>,
): Promise<void> {
  const { repository, thread, budget } = context

  app.post('/v2/repository/index', { schema: SCHEMAS.index }, ({ body }: BytesRequest) => {
    const { ready } = optionalObject(body)
    const index = repository.index()
    return ready === true ? index.filter(({ state }) => state === 'READY') : index
  })

  // Its bodies are left in pieces, so it has a parser of its own.
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, done) => readPieces(payload, done))
    scope.post(
      '/v2/repository/models/:model/load',
      { schema: SCHEMAS.load },
      async (request: FastifyRequest<{ Body: BodyPieces | undefined }>) => {
        checkAllowed(context)
        const { model: name } = request.params as NameParams
        const body = request.body ?? { pieces: [], length: 0 }
        const read = () =>
          body.length > LARGE_BODY ? thread.read(body.pieces) : readLoad(joined(body))
        const { version } = await held(budget, body.length, () => repository.load(name, read))
        request.log.info({ model: name, version, bytes: body.length }, 'model loaded')
        return { name, version }
      },
    )
  })

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
